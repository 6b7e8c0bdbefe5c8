"""`plansync calendars`: the named ones, and an org's own days off."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Crm, Shell


@pytest.fixture
def org(shell: Shell, connected: Crm) -> Shell:
    """A shell with one org connected."""
    return shell


def test_calendars_of_countries_and_regions_are_listed(outside: Shell) -> None:
    assert "DE, DE-Augsburg, DE-BB" in outside("calendars", "list").out
    assert {"US", "US-CA"} <= set(outside("calendars", "list", "--json").document["calendars"])


def test_an_org_begins_without_days_of_its_own(org: Shell) -> None:
    assert "no days off of its own; add one with" in org("calendars", "days").out
    assert org("calendars", "days", "--json").document["days"] == []


def test_days_are_added_listed_and_removed(org: Shell) -> None:
    assert org("calendars", "add", "2026-05-15", "Bridge day").out == "2026-05-15 is off in default: Bridge day.\n"
    assert org("calendars", "add", "2026-12-31", "Stocktaking", "--yearly", "--json").document == {
        "day": "12-31",
        "yearly": True,
    }

    shown = org("calendars", "days").out
    assert "Stocktaking" in shown
    assert "every year" in shown
    assert org("calendars", "days", "--json").document["days"] == [
        {"day": "12-31", "yearly": True, "name": "Stocktaking"},
        {"day": "2026-05-15", "yearly": False, "name": "Bridge day"},
    ]

    assert org("calendars", "remove", "2030-12-31", "--yearly").out == "12-31 is a day like any other in default.\n"
    assert [day["name"] for day in org("calendars", "days", "--json").document["days"]] == ["Bridge day"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["add", "2026-02-30", "Never"], "does not match the format"),
        (["add", "2026-05-15", "  "], "Give the day a name"),
        (["remove", "2026-05-15"], "2026-05-15 is no day off of its own in default"),
        (["add", "2026-05-15", "Bridge day", "--org", "south"], "south"),
    ],
)
def test_what_cannot_be_done_is_said(words: list[str], sentence: str, org: Shell) -> None:
    ran = org("calendars", *words)

    assert ran.code != 0
    assert sentence in ran.err
