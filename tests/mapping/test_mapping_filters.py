"""The record filter means the same in Python and in SOQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.mapping.filters import matches, where_soql
from service.mapping.model import ObjectMapping

FIELDS = {
    "name": "crm: Name, kind: text",
    "active": "crm: Active__c, kind: boolean",
    "worth": "crm: Worth__c, kind: number, scale: 2",
    "since": "crm: Since__c, kind: date",
    "seen": "crm: Seen__c, kind: datetime",
}


def quoted(text: str) -> str:
    return "'" + text.replace("'", "\\'") + "'"


@pytest.mark.parametrize(
    ("condition", "soql", "passing", "failing"),
    [
        ("field: Name, equals: O'Neil", "Name = 'O\\'Neil'", {"Name": "o'NEIL "}, {"Name": "Neil"}),
        ("field: Name, not_equals: Test", "Name != 'Test'", {"Name": None}, {"Name": "test"}),
        ("field: Name, in: [A, B]", "Name IN ('A', 'B')", {"Name": "b"}, {"Name": None}),
        ("field: Name, not_null: true", "Name != null", {"Name": "x"}, {"Name": "  "}),
        ("field: Active__c, equals: true", "Active__c = true", {"Active__c": "true"}, {"Active__c": False}),
        ("field: Active__c, equals: false", "Active__c = false", {"Active__c": None}, {"Active__c": True}),
        ("field: Worth__c, in: [1.50, 2]", "Worth__c IN (1.5, 2)", {"Worth__c": 2.0}, {"Worth__c": 1.51}),
        ("field: Since__c, equals: 2026-01-01", "Since__c = 2026-01-01", {"Since__c": "2026-01-01"}, {}),
        (
            "field: Seen__c, not_equals: 2026-01-01T01:00:00+01:00",
            "Seen__c != 2026-01-01T00:00:00Z",
            {"Seen__c": "2026-01-01T00:00:01.000+0000"},
            {"Seen__c": "2026-01-01T00:00:00.000+0000"},
        ),
    ],
)
def test_a_condition_means_the_same_in_python_and_in_soql(
    plan: Callable[..., ObjectMapping], condition: str, soql: str, passing: dict[str, Any], failing: dict[str, Any]
) -> None:
    mapping = plan(f"where: [{{{condition}}}]", **FIELDS)

    assert where_soql(mapping, quote=quoted) == soql
    assert matches(mapping, passing)
    assert not matches(mapping, failing)


def test_all_conditions_must_hold(plan: Callable[..., ObjectMapping]) -> None:
    mapping = plan("where: [{field: Active__c, equals: true}, {field: Name, not_null: true}]", **FIELDS)

    assert where_soql(mapping, quote=quoted) == "Active__c = true AND Name != null"
    assert matches(mapping, {"Active__c": True, "Name": "x"})
    assert not matches(mapping, {"Active__c": True, "Name": None})


def test_without_a_filter_every_row_passes(plan: Callable[..., ObjectMapping]) -> None:
    mapping = plan(**FIELDS)

    assert where_soql(mapping, quote=quoted) == ""
    assert matches(mapping, {})
