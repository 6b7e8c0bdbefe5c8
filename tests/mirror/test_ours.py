"""Our rows in canonical values: what is written is what is read, whatever the column."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, select

from service.domain.values import Kind, Row
from service.mapping.model import FieldMapping, Mappings, ObjectMapping
from service.mirror import links, ours
from service.store.ledger import links as ledger
from service.store.records import RECORDS
from tests.world import shipped

MAPPINGS = shipped()
OBJECTIVE = MAPPINGS["objective"]
ANY: dict[Kind, Any] = {
    Kind.TEXT: "NA",
    Kind.RICH_TEXT: "<p>null</p>",
    Kind.CHOICE: "0",
    Kind.CHOICES: "a;b",
    Kind.NUMBER: "12",
    Kind.BOOLEAN: True,
    Kind.DATE: "2026-02-28",
    Kind.DATETIME: "2026-02-28T10:00:00Z",
}


def whole(mapping: ObjectMapping) -> Row:
    """Return a row with a value in every column that is not a reference."""
    return {f.column: ANY.get(f.kind) for f in mapping.fields}


def empty(mapping: ObjectMapping) -> Row:
    """Return a row with nothing in it."""
    return {f.column: False if f.kind is Kind.BOOLEAN else None for f in mapping.fields}


@pytest.mark.req("P12")
@pytest.mark.parametrize("mapping", MAPPINGS.objects, ids=lambda mapping: mapping.name)
@pytest.mark.parametrize("make", [whole, empty])
def test_a_row_is_read_as_it_was_written(
    connection: Connection, org_id: UUID, mapping: ObjectMapping, make: Any
) -> None:
    our_id, row = uuid4(), make(mapping)

    ours.write_rows(connection, mapping, org_id, {our_id: row})

    assert ours.read_rows(connection, mapping, [our_id]) == {our_id: row}


def test_writing_again_replaces_every_mapped_column_and_bumps_once(connection: Connection, org_id: UUID) -> None:
    our_id = uuid4()
    ours.write_rows(connection, OBJECTIVE, org_id, {our_id: whole(OBJECTIVE)})

    ours.write_rows(connection, OBJECTIVE, org_id, {our_id: {"name": "y"}})

    assert ours.read_rows(connection, OBJECTIVE, [our_id], lock=True) == {our_id: {**empty(OBJECTIVE), "name": "y"}}
    assert links.by_id(connection, [our_id])[our_id].version == 2


def test_reading_and_writing_nothing_is_allowed(connection: Connection, org_id: UUID) -> None:
    ours.write_rows(connection, OBJECTIVE, org_id, {})
    ours.delete_rows(connection, MAPPINGS, "objective", [])
    ours.forget_reference(connection, "account_id", [], [])

    assert ours.read_rows(connection, OBJECTIVE, []) == {}
    assert ours.pointing_at(connection, MAPPINGS, "objective", []) == []


def test_values_that_people_wrote_are_read_in_canonical_form(connection: Connection, org_id: UUID) -> None:
    our_id = uuid4()
    values = {
        "name": "  x ",
        "title": "",
        "tags": "b;a",
        "start_date": date(2026, 2, 28),
        "target_value": Decimal("1.5000"),
    }
    connection.execute(RECORDS["objective"].insert().values(org_id=org_id, id=our_id, **values))

    [row] = ours.read_rows(connection, OBJECTIVE, [our_id]).values()

    assert (row["name"], row["title"], row["tags"]) == ("x", None, "a;b")
    assert (row["start_date"], row["target_value"], row["blocked"]) == ("2026-02-28", "1.5", False)


def test_a_moment_is_read_in_utc_to_the_second(connection: Connection, org_id: UUID) -> None:
    our_id = uuid4()
    moment = datetime(2026, 2, 28, 10, 0, 0, 999_000, tzinfo=UTC)
    connection.execute(RECORDS["cs_activity"].insert().values(org_id=org_id, id=our_id, occurred_at=moment))

    [row] = ours.read_rows(connection, MAPPINGS["cs_activity"], [our_id]).values()

    assert row["occurred_at"] == "2026-02-28T10:00:00Z"


@pytest.mark.req("P12")
@pytest.mark.parametrize(
    ("column", "written", "read"),
    [
        ("health", "3.5", "4"),
        ("health", "2.5", "3"),
        ("health", "-2.5", "-3"),
        ("progress", "33.335", "33.34"),
        ("target_value", "0.00005", "0.0001"),
        ("target_value", "1.2345", "1.2345"),
    ],
)
def test_a_number_is_read_with_the_decimals_that_the_crm_keeps(
    connection: Connection, org_id: UUID, column: str, written: str, read: str
) -> None:
    our_id = uuid4()
    ours.write_rows(connection, OBJECTIVE, org_id, {our_id: {column: written}})

    assert ours.read_rows(connection, OBJECTIVE, [our_id])[our_id][column] == read


# An org's own fields


@pytest.fixture
def own() -> ObjectMapping:
    """The objective with two fields of the org's own."""
    extra = (
        FieldMapping(column="region", crm="Region__c", kind=Kind.TEXT, extra=True),
        FieldMapping(column="seats", crm="Seats__c", kind=Kind.NUMBER, scale=1, extra=True),
    )
    return replace(OBJECTIVE, fields=(*OBJECTIVE.fields, *extra))


def test_own_fields_live_in_the_jsonb_column(connection: Connection, org_id: UUID, own: ObjectMapping) -> None:
    our_id = uuid4()
    ours.write_rows(connection, own, org_id, {our_id: {"name": "x", "region": "North", "seats": "2.25"}})

    row = ours.read_rows(connection, own, [our_id])[our_id]

    assert (row["region"], row["seats"]) == ("North", "2.3")
    extra = connection.execute(select(RECORDS["objective"].c.extra)).scalar_one()
    assert extra == {"region": "North", "seats": "2.25"}


def test_own_fields_that_are_not_mapped_any_more_are_kept(
    connection: Connection, org_id: UUID, own: ObjectMapping
) -> None:
    our_id = uuid4()
    ours.write_rows(connection, own, org_id, {our_id: {"name": "x", "region": "North", "seats": "1"}})

    ours.write_rows(connection, OBJECTIVE, org_id, {our_id: {"name": "y"}})

    assert ours.read_rows(connection, own, [our_id])[our_id]["region"] == "North"


# Deleting, and what points at it


@pytest.fixture
def family(connection: Connection, org_id: UUID) -> dict[str, UUID]:
    """An account with a plan, an objective under both, and a KPI."""
    ids = {noun: uuid4() for noun in ("account", "success_plan", "objective", "objective_kpi")}
    rows: dict[str, Row] = {
        "account": {"name": "Acme"},
        "success_plan": {"account_id": str(ids["account"])},
        "objective": {"account_id": str(ids["account"]), "success_plan_id": str(ids["success_plan"])},
        "objective_kpi": {"objective_id": str(ids["objective"])},
    }
    for noun, row in rows.items():
        ours.write_rows(connection, MAPPINGS[noun], org_id, {ids[noun]: row})
    return ids


def test_deleting_a_record_empties_what_points_at_it_and_bumps_it(
    connection: Connection, family: dict[str, UUID]
) -> None:
    ours.delete_rows(connection, MAPPINGS, "success_plan", [family["success_plan"]])

    row = ours.read_rows(connection, OBJECTIVE, [family["objective"]])[family["objective"]]
    assert (row["success_plan_id"], row["account_id"]) == (None, str(family["account"]))
    assert links.by_id(connection, [family["objective"]])[family["objective"]].version == 2
    assert links.by_id(connection, [family["success_plan"]])[family["success_plan"]].deleted


def test_what_points_at_a_record_is_found_with_the_field_that_does(
    connection: Connection, family: dict[str, UUID]
) -> None:
    found = ours.pointing_at(connection, MAPPINGS, "account", [family["account"]])

    assert [(mapping.name, field.column, our_id) for mapping, field, our_id in found] == [
        ("success_plan", "account_id", family["success_plan"]),
        ("objective", "account_id", family["objective"]),
    ]


@pytest.mark.req("P8")
def test_a_cleared_reference_enters_the_base_of_what_has_one(
    connection: Connection, org_id: UUID, family: dict[str, UUID], now: datetime
) -> None:
    met, new = family["objective"], family["objective_kpi"]
    account = family["account"]
    base = {"account_id": str(account), "name": "y"}
    agreed = {"crm_id": "a01", "base": base, "base_modstamp": now, "base_read_at": now}
    links.save(connection, org_id, [{"id": met, "object": "objective", **agreed}])

    ours.forget_reference(connection, "account_id", [met, new], [new])
    assert links.by_id(connection, [met])[met].base == base

    ours.forget_reference(connection, "account_id", [met, new], [account])

    found = links.by_id(connection, [met, new])
    assert (found[met].base, found[new].base) == ({"account_id": None, "name": "y"}, None)


def test_references_of_own_fields_are_nobodys_constraint(
    connection: Connection, org_id: UUID, family: dict[str, UUID]
) -> None:
    pointer = FieldMapping(column="next", crm="Next__c", kind=Kind.REFERENCE, refers_to="account", extra=True)
    mapping = replace(MAPPINGS["success_plan"], fields=(*MAPPINGS["success_plan"].fields, pointer))
    mappings = Mappings(objects=tuple(mapping if m.name == "success_plan" else m for m in MAPPINGS))
    row: Row = {"next": str(family["account"])}
    ours.write_rows(connection, mapping, org_id, {family["success_plan"]: row})

    ours.delete_rows(connection, mappings, "account", [family["account"]])

    read = ours.read_rows(connection, mapping, [family["success_plan"]])[family["success_plan"]]
    assert read["next"] == str(family["account"])


def test_the_table_of_an_object_is_the_one_its_mapping_names() -> None:
    assert ours.table(MAPPINGS["user"]).name == "user_"
    assert {ours.table(mapping).name for mapping in MAPPINGS} == set(RECORDS)
    assert ledger.name == "links"
