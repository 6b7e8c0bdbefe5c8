"""Rows on the wire: canonical values by column, and back without losing a digit."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.crm import exact_json
from service.domain.merging import Direction, Policy
from service.domain.values import Kind, Value
from service.errors import PlansyncError
from service.mapping.model import FieldMapping, ObjectMapping
from service.mapping.wire import Unreadable, canonical_row, wire_row

Plan = Callable[..., ObjectMapping]


def a_plan(**kinds: Kind) -> ObjectMapping:
    """Make a mapping with a column of each kind; the CRM's name is the column's with __c."""
    return ObjectMapping(
        name="plan",
        table="plan",
        sobject="Plan__c",
        key="Key__c",
        direction=Direction.BOTH,
        on_delete=Policy.ASK,
        filter=(),
        fields=tuple(FieldMapping(column=column, crm=f"{column}__c", kind=kind) for column, kind in kinds.items()),
        pushes_creates=True,
        pushes_deletes=True,
    )


EVERY_KIND = a_plan(**{kind.value: kind for kind in Kind})
WORTH = a_plan(worth=Kind.NUMBER)


@pytest.mark.req("P12")
def test_a_row_of_json_becomes_canonical_values() -> None:
    raw = {
        "attributes": {"type": "Plan__c"},
        "Id": "a01000000000001AAA",
        "text__c": " Grow ",
        "rich_text__c": "<p>Grow</p>",
        "number__c": 12.5,
        "boolean__c": True,
        "date__c": "2026-02-28",
        "datetime__c": "2026-02-28T10:00:00.000+0000",
        "choice__c": "High",
        "choices__c": "b;a",
        "reference__c": "001000000000001",
    }
    assert canonical_row(EVERY_KIND, raw) == {
        "text": "Grow",
        "rich_text": "<p>Grow</p>",
        "number": "12.5",
        "boolean": True,
        "date": "2026-02-28",
        "datetime": "2026-02-28T10:00:00Z",
        "choice": "High",
        "choices": "a;b",
        "reference": "001000000000001AAA",
    }


@pytest.mark.req("P12")
def test_a_row_of_csv_becomes_the_same_values_as_one_of_json() -> None:
    json_row = {"number__c": 1.5, "boolean__c": True, "datetime__c": "2026-01-01T00:00:00.000+0000", "text__c": None}
    csv_row = {"number__c": "1.5", "boolean__c": "true", "datetime__c": "2026-01-01T00:00:00.000Z", "text__c": ""}

    assert canonical_row(EVERY_KIND, csv_row) == canonical_row(EVERY_KIND, json_row)


def test_fields_that_a_row_does_not_bring_are_left_out() -> None:
    assert canonical_row(EVERY_KIND, {"text__c": None}) == {"text": None}


def test_a_value_that_its_field_cannot_hold_is_named_with_object_and_field() -> None:
    with pytest.raises(Unreadable, match=r"^Plan__c\.number__c: 'many' is not a number; correct the value") as refused:
        canonical_row(EVERY_KIND, {"text__c": "x", "number__c": "many", "date__c": "2026-01-01"})

    assert refused.value.column == "number"
    assert isinstance(refused.value, PlansyncError)


@pytest.mark.req("P12")
@pytest.mark.parametrize("number", ["0", "-12", "12.5", "0.0001", "99999999999999.9999", "123456789012345678"])
def test_a_number_is_sent_without_losing_a_digit(number: str) -> None:
    sent = wire_row(WORTH, {"worth": number})

    assert exact_json.dumps(sent) == f'{{"worth__c":{number}}}'
    assert canonical_row(WORTH, exact_json.loads(exact_json.dumps(sent))) == {"worth": number}


def test_no_number_is_sent_as_null() -> None:
    assert wire_row(WORTH, {"worth": None}) == {"worth__c": None}


@pytest.mark.req("P12")
@given(st.decimals(min_value=Decimal("-1e14"), max_value=Decimal("1e14"), places=4))
def test_every_number_of_four_decimals_survives_the_round_trip(number: Decimal) -> None:
    ours = canonical_row(WORTH, {"worth__c": number})

    assert canonical_row(WORTH, exact_json.loads(exact_json.dumps(wire_row(WORTH, ours)))) == ours
    assert Decimal(str(ours["worth"])) == number


@pytest.mark.req("P12")
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("text", "NA"),
        ("text", "null"),
        ("text", "0"),
        ("text", None),
        ("text", "🚀" * 16_000),
        ("boolean", False),
        ("choices", "a;b"),
        ("date", "2026-01-01"),
        ("datetime", "2026-01-01T00:00:00Z"),
        ("reference", "001000000000001AAA"),
    ],
)
def test_values_travel_as_they_are(column: str, value: Value) -> None:
    sent = wire_row(EVERY_KIND, {column: value})

    assert sent == {f"{column}__c": value}
    assert canonical_row(EVERY_KIND, exact_json.loads(exact_json.dumps(sent))) == {column: value}


def test_a_transform_stands_between_both_sides(plan: Plan) -> None:
    mapping = plan(
        agreed="crm: Agreed__c, kind: boolean, transform: yes_no",
        code="crm: Code__c, kind: text, transform: trimmed_upper",
    )
    raw: dict[str, Any] = {"Agreed__c": "Yes", "Code__c": " ab-1 "}

    assert canonical_row(mapping, raw) == {"agreed": True, "code": "AB-1"}
    assert wire_row(mapping, {"agreed": False, "code": "AB-1"}) == {"Agreed__c": "No", "Code__c": "AB-1"}


def test_a_column_that_is_not_mapped_cannot_be_sent() -> None:
    with pytest.raises(KeyError, match="nothing"):
        wire_row(WORTH, {"nothing": "1"})
