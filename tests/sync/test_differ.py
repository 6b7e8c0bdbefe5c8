"""Differ: what is wrong with one record, and what is only under way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from service.domain.values import Row
from service.mirror.links import Link
from service.sync.differ import Facts, Finding, Kind, differ
from tests.world import shipped

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
OURS = UUID(int=7)
MAPPING = shipped()["cs_resource"]
ROW: Row = {field.column: None for field in MAPPING.fields}
LINK = Link(id=OURS, object="cs_resource", crm_id="a01", base=ROW, version=3, pushed_version=3)


def facts(**other: Any) -> Facts:
    """Two sides that hold the same, but for what a test says."""
    known: dict[str, Any] = {
        "mapping": MAPPING,
        "id": OURS,
        "link": LINK,
        "crm_id": "a01",
        "ours": ROW,
        "theirs": ROW,
        "modstamp": NOON - timedelta(days=1),
        "read_up_to": NOON,
    }
    return Facts(**{**known, **other})


def found(**other: Any) -> Finding:
    """Return the one finding about a record."""
    [finding] = differ(facts(**other))
    return finding


OTHER: Row = {**ROW, "name": "Ada", "role": "CSM"}


@pytest.mark.parametrize("known", [{}, {"ours": None, "theirs": None}])
def test_what_is_equal_after_all_is_not_named(known: dict[str, Any]) -> None:
    assert list(differ(facts(**known))) == []


@pytest.mark.parametrize(
    ("known", "kind", "columns"),
    [
        ({"ours": OTHER}, Kind.FIELDS, ["name", "role"]),
        ({"theirs": OTHER}, Kind.FIELDS, ["name", "role"]),
        ({"theirs": None}, Kind.ONLY_HERE, []),
        ({"ours": None}, Kind.ONLY_THERE, []),
        ({"ours": None, "link": None, "id": None}, Kind.ONLY_THERE, []),
        ({"link": replace(LINK, base={**ROW, "name": "Bob"})}, Kind.BASE, ["name"]),
        ({"link": replace(LINK, base=None), "theirs": OTHER}, Kind.FIELDS, ["name", "role"]),
    ],
)
def test_a_difference_is_named_with_its_fields(known: dict[str, Any], kind: Kind, columns: list[str]) -> None:
    finding = found(**known)

    assert (finding.kind, [field.column for field in finding.fields], finding.waiting) == (kind, columns, "")


def test_a_column_that_was_never_agreed_on_is_no_stale_memory() -> None:
    base = {column: value for column, value in ROW.items() if column != "role"}

    assert list(differ(facts(link=replace(LINK, base=base)))) == []


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"moved": True}, "synced while the audit was looking"),
        ({"parked": "no"}, "parked: no"),
        ({"link": replace(LINK, version=4)}, "changed here; it goes to the CRM with the next sync"),
        ({"deleted": True, "theirs": None}, "changed in the CRM since it was last read"),
        ({"modstamp": NOON + timedelta(seconds=1)}, "changed in the CRM since it was last read"),
        ({"unreadable": "not a day", "theirs": None}, "not a day"),
    ],
)
def test_what_is_under_way_says_why(known: dict[str, Any], reason: str) -> None:
    finding = found(**{"theirs": OTHER, **known})

    assert finding.waiting.startswith(reason)


def test_a_version_that_was_read_is_not_under_way_however_young() -> None:
    young = NOON + timedelta(seconds=1)

    assert found(theirs=OTHER, modstamp=young, link=replace(LINK, base_modstamp=young)).waiting == ""


def test_what_the_mapping_keeps_on_one_side_says_so() -> None:
    kept = replace(MAPPING, pushes_creates=False, pushes_deletes=False)

    unsent = found(mapping=kept, link=replace(LINK, crm_id=None), crm_id=None, theirs=None)
    dropped = found(mapping=kept, link=replace(LINK, deleted=True, gone=True), ours=None)

    assert unsent.waiting == "the mapping does not create these records in the CRM"
    assert dropped.waiting == "deleted here; the mapping keeps deletions here"


def test_fields_that_a_person_is_asked_about_are_told_apart_from_the_others() -> None:
    waits, wrong = differ(facts(theirs=OTHER, asked={"role": "changed on both sides"}))

    assert ([field.column for field in waits.fields], waits.waiting) == (
        ["role"],
        "parked: role: changed on both sides",
    )
    assert ([field.column for field in wrong.fields], wrong.waiting) == (["name"], "")


def test_a_record_whose_only_differences_are_asked_about_only_waits() -> None:
    asked = {"role": "changed on both sides", "name": "changed on both sides"}

    assert "parked: name: changed" in found(theirs=OTHER, asked=asked).waiting
