"""How values read on a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from service.pages import wording
from service.store.overview import ParkedRecord, Run, Tally
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
        (timedelta(seconds=59), "less than a minute ago"),
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


def test_values_at_stake_are_shortened() -> None:
    assert wording.value(None) == "(empty)"
    assert wording.value(False) == "False"
    assert wording.value("x" * 200) == "x" * 200
    assert wording.value("x" * 201) == "x" * 200 + "…"


def test_objects_are_named_in_the_words_of_the_trade() -> None:
    assert [wording.noun(name) for name in ("cs_activity", "objective_kpi", "playbook_task")] == [
        "interaction",
        "objective KPI",
        "playbook task",
    ]


def test_a_run_without_counts_had_nothing_to_do() -> None:
    run = Run(id=uuid4(), kind="cycle", started_at=START, ended_at=START, error=None, counts={"read": 0}, api_calls=1)

    assert wording.deeds(RunShown(run=run, outcome=Outcome.DONE)) == "nothing to do"


def test_every_health_and_outcome_has_its_looks() -> None:
    assert set(wording.LOOKS) == {*Health, *Outcome}


def test_a_record_that_the_crm_does_not_have_is_not_linked(world: World) -> None:
    org = filled.connect(world)
    facts = dict.fromkeys(("field", "object", "kind", "code", "reason"), "")
    moments = dict.fromkeys(("first_at", "last_at"), START)
    item = ParkedRecord(**facts, **moments, link_id=uuid4(), crm_id=None, details={}, attempts=1, retry_at=None)

    assert wording.record_url(item, org) is None
