"""Plan: what a record that changed here needs there, from its link and its values alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from service.domain.values import Row
from service.mirror.links import COLD, Link
from service.sync.plan import Act, needs_reading, plan
from tests.world import shipped

MAPPINGS = shipped()
READ = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
COLUMNS = {m.name: [f.column for f in m.fields] for m in MAPPINGS}


def link(noun: str, **values: Any) -> Link:
    """Return the link of a record that both sides hold, last read long after its last change."""
    known: dict[str, Any] = {
        "id": uuid4(),
        "object": noun,
        "crm_id": "a00",
        "base": dict.fromkeys(COLUMNS[noun]),
        "base_modstamp": READ - timedelta(hours=1),
        "base_read_at": READ,
    }
    return Link(**{**known, **values})


def held(noun: str, **values: Any) -> Row:
    """Return our row of an object."""
    return {**dict.fromkeys(COLUMNS[noun]), **values}


@pytest.mark.parametrize(
    ("noun", "values", "act", "sent"),
    [
        ("objective", {"name": "x"}, Act.CONDITIONAL, {"name": "x"}),
        ("objective", {"name": "x", "progress": "5"}, Act.CONDITIONAL, {"name": "x", "progress": "5"}),
        ("objective", {"progress": "5"}, Act.UPDATE, {"progress": "5"}),
        ("objective", {}, Act.NOTHING, {}),
        ("account", {"name": "x"}, Act.NOTHING, {}),
        ("user", {"name": "x"}, Act.NOTHING, {}),
    ],
)
def test_an_edit_is_sent_by_who_may_write_its_fields(noun: str, values: Row, act: Act, sent: Row) -> None:
    write = plan(MAPPINGS[noun], link(noun), held(noun, **values))

    assert (write.act, write.values) == (act, sent)
    assert write.reason


@pytest.mark.parametrize("noun", ["account", "user"])
def test_an_edit_of_what_only_the_crm_writes_is_to_be_undone(noun: str) -> None:
    write = plan(MAPPINGS[noun], link(noun), held(noun, name="x"))

    assert [(d.column, d.ours, d.theirs) for d in write.undo] == [("name", "x", None)]


def test_a_field_that_waits_for_a_person_is_not_sent() -> None:
    row = held("objective_kpi", target_value="5", category="Adoption")

    assert plan(MAPPINGS["objective_kpi"], link("objective_kpi"), row, asked={"target_value"}).values == {
        "category": "Adoption"
    }
    only = held("objective_kpi", target_value="5")
    assert plan(MAPPINGS["objective_kpi"], link("objective_kpi"), only, asked={"target_value"}).act is Act.NOTHING


def test_a_new_record_is_made_of_what_it_has_and_we_may_write() -> None:
    new = link("objective_kpi", crm_id=None, base=None)

    write = plan(MAPPINGS["objective_kpi"], new, held("objective_kpi", name="KPI-1", description="x", blocked=False))

    assert (write.act, write.values) == (Act.CREATE, {"description": "x", "blocked": False})


def test_a_new_record_of_an_object_that_is_not_created_stays() -> None:
    write = plan(MAPPINGS["account"], link("account", crm_id=None, base=None), held("account", name="x"))

    assert write.act is Act.NOTHING


@pytest.mark.parametrize(
    ("noun", "values", "act"),
    [
        ("objective", {}, Act.DELETE),
        ("objective", {"crm_id": None}, Act.FORGET),
        ("objective", {"crm_id": None, "sending": {"name": "x"}}, Act.DELETE),
        ("objective", {"gone": True}, Act.FORGET),
        ("account", {}, Act.FORGET),
        ("user", {}, Act.NOTHING),
    ],
)
def test_a_record_deleted_here_is_deleted_there_unless_there_is_nothing_to_delete(
    noun: str, values: dict[str, Any], act: Act
) -> None:
    assert plan(MAPPINGS[noun], link(noun, **values), None).act is act


@pytest.mark.req("P8")
def test_a_column_that_was_never_met_and_is_empty_is_not_sent() -> None:
    base = {column: None for column in COLUMNS["objective"] if column not in ("blocked", "title")}

    write = plan(MAPPINGS["objective"], link("objective", base=base), held("objective", blocked=False, name="x"))

    assert write.values == {"name": "x"}
    assert plan(MAPPINGS["objective"], link("objective", base=base), held("objective", blocked=True)).values == {
        "blocked": True
    }


@pytest.mark.parametrize(
    ("age", "is_cold"),
    [
        (timedelta(0), False),
        (COLD - timedelta(milliseconds=1), False),
        (COLD, True),
        (timedelta(days=1), True),
    ],
)
def test_a_base_is_cold_once_a_condition_would_catch_every_later_change(age: timedelta, is_cold: bool) -> None:
    assert link("objective", base_modstamp=READ - age).cold is is_cold


@pytest.mark.parametrize("missing", ["base_modstamp", "base_read_at"])
def test_a_base_of_unknown_age_is_not_cold(missing: str) -> None:
    assert not replace(link("objective"), **{missing: None}).cold


@pytest.mark.parametrize(
    ("values", "link_values", "reads"),
    [
        ({"name": "x"}, {}, False),
        ({"name": "x"}, {"base_modstamp": None}, True),
        ({"name": "x"}, {"sending": {"name": "x"}}, True),
        ({"progress": "5"}, {"base_modstamp": None}, False),
        ({}, {"base_modstamp": None}, False),
        ({"name": "x"}, {"crm_id": None}, False),
        ({"name": "x"}, {"crm_id": None, "sending": {"name": "x"}}, True),
        (None, {}, True),
        (None, {"gone": True}, False),
    ],
)
def test_a_record_is_read_again_where_writing_would_be_a_guess(
    values: Row | None, link_values: dict[str, Any], reads: bool
) -> None:
    row = None if values is None else held("objective", **values)

    assert needs_reading(plan(MAPPINGS["objective"], link("objective", **link_values), row)) is reads
