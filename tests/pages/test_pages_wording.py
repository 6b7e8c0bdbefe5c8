"""How values read on a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from markupsafe import Markup

from service.domain.merging import Direction, Policy
from service.pages import wording
from service.store.overview import Run, Tally
from service.store.record_list import State
from service.sync.findings import State as Finding
from service.sync.overview import Health, Outcome, RunShown
from tests import filled
from tests.world import START, World


def test_commands_are_set_as_code_and_text_stays_text() -> None:
    shown = wording.with_code("run `plansync <b>` or ` <i>it</i>")

    assert shown == "run <code>plansync &lt;b&gt;</code> or ` &lt;i&gt;it&lt;/i&gt;"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=0.25), "0.2 s"),
        (timedelta(seconds=59.9), "59.9 s"),
        (timedelta(seconds=61), "1 min 1 s"),
        (timedelta(minutes=59, seconds=59.7), "1 h 0 min"),
        (timedelta(hours=3, minutes=5, seconds=7), "3 h 5 min"),
    ],
)
def test_lengths_of_time_read_in_two_units(span: timedelta, words: str) -> None:
    assert wording.length(span) == words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=2, minutes=59), "2 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=400), "400 days ago"),
    ],
)
def test_ages_are_rough(span: timedelta, words: str) -> None:
    assert wording.age(span) == words


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    shown = [str(wording.moment(first + timedelta(hours=hours), "Europe/Paris")) for hours in (0, 1)]

    assert ["02:30:00 CEST" in shown[0], "02:30:00 CET" in shown[1]] == [True, True]


def test_a_few_parked_among_thousands_stay_visible() -> None:
    bars = wording.shares(Tally(in_step=100_000, to_push=0, parked=1))

    assert [name for name, _, _ in bars] == ["in-step", "parked"]
    assert all(0 <= start <= 98 and width >= 2 for _, start, width in bars)
    assert wording.shares(Tally(gone=3)) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (False, "false"),
        ("x" * 5000, "x" * 5000),
        ("0.5000", "0.5000"),
        (["a", "é"], '["a", "é"]'),
        ({"name": "Acme", "blocked": False, "unit": None}, "name: Acme\nblocked: false"),
    ],
)
def test_values_read_as_text_whole(value: object, text: str) -> None:
    assert wording.as_text(value) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Zoë 👩‍👧 ✓\n\tnext", "Zoë 👩‍👧 ✓\n\tnext"),
        ("abc\u202etxt.exe", "abc⟦U+202E⟧txt.exe"),
        ("a\x1b[31mb\x07", "a⟦U+001B⟧[31mb⟦U+0007⟧"),
        ("zero\u200bwidth\u2028line\ufeff", "zero⟦U+200B⟧width⟦U+2028⟧line⟦U+FEFF⟧"),
    ],
)
def test_what_would_not_be_seen_is_shown(text: str, shown: str) -> None:
    assert wording.visible(text) == shown
    assert wording.with_code(text) == shown


@pytest.mark.parametrize("value", [7, None, Markup("<b>\u202e</b>")])
def test_what_is_no_text_of_others_is_left_alone(value: object) -> None:
    assert wording.visible(value) is value


@pytest.mark.parametrize(
    ("told", "shown"), [("2026-03-02T09:30:20+00:00", "2 Mar 2026, 09:30:20 UTC"), ("yesterday", "yesterday")]
)
def test_a_moment_that_the_crm_told_is_shown_as_one_if_it_is_one(told: str, shown: str) -> None:
    with Flask("plain").app_context():
        assert shown in wording.told_moment(told)


def test_objects_are_named_in_the_words_of_the_trade() -> None:
    assert [wording.noun(name) for name in ("cs_activity", "objective_kpi", "playbook_task")] == [
        "interaction",
        "objective KPI",
        "playbook task",
    ]


def test_a_run_without_counts_had_nothing_to_do() -> None:
    run = Run(id=uuid4(), kind="cycle", started_at=START, ended_at=START, error=None, counts={"read": 0}, api_calls=1)

    assert wording.deeds(RunShown(run=run, outcome=Outcome.DONE)) == "nothing to do"


def test_everything_with_a_state_has_its_looks() -> None:
    assert set(wording.LOOKS) == {*Health, *Outcome, *State, *Finding, "allowed", "refused"}


def test_every_kind_of_run_and_every_rule_of_a_mapping_has_its_words() -> None:
    assert set(wording.DIRECTIONS) == set(Direction)
    assert set(wording.POLICIES) == set(Policy)


@pytest.mark.parametrize(
    ("crm_id", "url", "link"),
    [
        ("001A", "https://acme.example", "https://acme.example/001A"),
        (None, "https://acme.example", None),
        ("001A", "javascript:alert(1)//", None),
    ],
)
def test_a_record_is_linked_where_the_crm_has_it_and_is_a_web_address(
    world: World, crm_id: str | None, url: str, link: str | None
) -> None:
    assert wording.record_url(crm_id, filled.connect(world, url=url)) == link
