"""Reading what a client sent: canonical values, and a fault for everything else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.domain.faults import Fault
from service.domain.templates import STAMPS
from service.mapping.model import ObjectMapping
from service.plans.forms import RULED, read
from tests.world import shipped

OBJECTIVE, KPI, USER = (shipped()[noun] for noun in ("objective", "objective_kpi", "user"))
TASK = shipped()["playbook_task"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def refused(mapping: ObjectMapping, column: str, raw: Any) -> Fault:
    row, faults = read(mapping, {column: raw})
    assert row == {}
    (fault,) = faults
    assert fault.field == column
    return fault


@pytest.mark.parametrize(
    ("column", "raw", "value"),
    [
        ("title", "  Reduce churn ", "Reduce churn"),
        ("title", "", None),
        ("title", None, None),
        pytest.param(
            "description", "<b>Less</b> churn", "<b>Less</b> churn", marks=pytest.mark.req("CO-04"), id="rich text"
        ),
        ("health", 3, "3"),
        ("baseline_value", 8.1, "8.1"),
        ("baseline_value", "0.1000", "0.1"),
        ("baseline_value", Decimal("12345678901234.1234"), "12345678901234.1234"),
        ("baseline_value", 0, "0"),
        ("baseline_value", "", None),
        ("baseline_value", "0e99999", "0"),
        ("archived", True, True),
        ("archived", None, False),
        ("start_date", "2026-03-02", "2026-03-02"),
        ("start_date", None, None),
        ("status", "Paused", "Paused"),
        ("tags", ["ROI", "Adoption"], "Adoption;ROI"),
        ("tags", "ROI;Adoption", "Adoption;ROI"),
        ("tags", [], None),
        ("account_id", "6F9619FF-8B86-4011-B42D-00C04FC964FF", "6f9619ff-8b86-4011-b42d-00c04fc964ff"),
        ("account_id", None, None),
        ("account_id", "", None),
    ],
)
def test_a_value_becomes_canonical(column: str, raw: Any, value: Any) -> None:
    assert read(OBJECTIVE, {column: raw}) == ({column: value}, [])


@pytest.mark.req("OB-59")
@pytest.mark.parametrize(
    ("column", "raw", "way"),
    [
        ("owner_id", "6f9619ff-8b86-4011-b42d-00c04fc964ff", "choose another resource"),
        ("template_version", 7, "publish the template"),
        ("source_template_id", "6f9619ff-8b86-4011-b42d-00c04fc964ff", "clone that template"),
    ],
)
def test_what_only_rules_set_is_refused_with_the_way_to_change_it(column: str, raw: Any, way: str) -> None:
    for value in (raw, None):
        fault = refused(OBJECTIVE, column, value)
        assert (fault.code, way in fault.message) == ("read_only", True)


def test_what_rules_stamp_on_a_clone_nobody_enters_but_for_the_tick_of_a_template() -> None:
    assert STAMPS - RULED.keys() == {"template"}
    assert read(OBJECTIVE, {"template": True}) == ({"template": True}, [])


def test_a_moment_becomes_canonical() -> None:
    assert read(TASK, {"completed_on": "2026-03-02T10:30:00+01:00"})[0] == {"completed_on": "2026-03-02T09:30:00Z"}


@pytest.mark.parametrize(
    ("column", "raw", "code", "told"),
    [
        ("titel", "x", "unknown", "did you mean title?"),
        ("x" * 10_000, "x", "unknown", "leave it out"),
        ("progress", 50, "read_only", "computed"),
        pytest.param("title", "x" * 10_000, "too_long", "has 10000", marks=pytest.mark.req("CO-03")),
        ("title", 5, "unreadable", "takes text"),
        ("title", "\ud800", "unreadable", "takes text"),
        ("title", "\x00", "unreadable", "takes text"),
        ("health", True, "unreadable", "a number"),
        ("health", "high", "unreadable", "'high'"),
        ("health", float("nan"), "unreadable", "a number"),
        ("health", float("inf"), "unreadable", "a number"),
        ("health", 10**4000, "out_of_range", "14 digits"),
        ("target_value", "1e999999999", "out_of_range", "14 digits"),
        ("target_value", 123456789012345, "out_of_range", "choose another unit"),
        pytest.param("target_value", "1.00001", "too_precise", "4 decimals", marks=pytest.mark.req("CO-18")),
        ("health", "1e-999999999", "too_precise", "decimals, and"),
        ("health", "3.00000000000000000000000000000000000001", "too_precise", "decimals, and"),
        ("archived", "yes", "unreadable", "true or false"),
        ("start_date", "2026-02-30", "unreadable", "a date"),
        ("start_date", 20260302, "unreadable", "a date"),
        ("status", ["Paused"], "unreadable", "one of the choices"),
        ("tags", ["ROI", 5], "unreadable", "a list of choices"),
        ("tags", {"ROI": True}, "unreadable", "a list of choices"),
        ("account_id", "001000000000001AAA", "unreadable", "the id of a record"),
        ("account_id", 5, "unreadable", "the id of a record"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_field_and_a_way_out(
    column: str, raw: Any, code: str, told: str
) -> None:
    fault = refused(OBJECTIVE, column, raw)

    assert fault.code == code
    assert told in fault.message


@pytest.mark.parametrize("raw", ["2026-03-02T10:30:00", "2026-03-02", "9999-12-31T23:59:59-10:00", "soon"])
def test_a_moment_without_its_zone_or_outside_of_time_is_refused(raw: str) -> None:
    assert refused(TASK, "completed_on", raw).code == "unreadable"


@pytest.mark.req("OB-66")
def test_a_description_of_a_kpi_has_at_most_255_characters() -> None:
    assert read(KPI, {"description": "x" * 255})[1] == []
    assert refused(KPI, "description", "x" * 256).code == "too_long"


@pytest.mark.parametrize(("mapping", "column"), [(KPI, "name"), (USER, "email")])
def test_what_only_the_crm_sets_is_refused(mapping: ObjectMapping, column: str) -> None:
    assert refused(mapping, column, "x").code == "read_only"


def test_each_field_has_its_own_fault_and_the_rest_is_read() -> None:
    row, faults = read(OBJECTIVE, {"title": "Churn", "health": "high", "archived": 1, "account_id": str(uuid4())})

    assert set(row) == {"title", "account_id"}
    assert [fault.field for fault in faults] == ["health", "archived"]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([field.column for field in OBJECTIVE.fields]), JSON, max_size=4))
def test_whatever_is_sent_is_read_or_refused_and_told_briefly(sent: dict[str, Any]) -> None:
    row, faults = read(OBJECTIVE, sent)

    assert set(row) | {fault.field for fault in faults} == set(sent)
    assert all(len(fault.message.encode()) < 400 for fault in faults)
