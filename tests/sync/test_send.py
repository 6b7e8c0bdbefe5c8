"""Send: writes become requests, requests are packed into few calls, and each row's fate is read back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from service.crm.answers import Landed, OutOfStep, RowResult
from service.crm.errors import Refused, RowError
from service.domain.values import Row
from service.mirror.links import Link
from service.sync import send
from service.sync.plan import Act, Write
from service.sync.send import Batch, Result
from tests.world import shipped

MAPPINGS = shipped()
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def write(
    noun: str, act: Act, values: Row | None = None, *, crm_id: str | None = "a00", our_id: UUID | None = None
) -> Write:
    """Plan a write of a record."""
    link = Link(id=our_id or uuid4(), object=noun, crm_id=crm_id, base_modstamp=AT)
    return Write(link=link, mapping=MAPPINGS[noun], act=act, values=values or {}, reason="changed here")


def packed(writes: list[Write], places: dict[str, str] | None = None) -> list[list[Batch]]:
    """Pack writes into calls."""
    return list(send.calls(writes, places or {}, MAPPINGS, send.Load(most_rows=lambda: 1_000)))


def rows(batch: Batch) -> list[dict[str, Any]]:
    """Return the rows of a collection, without their type."""
    return [{k: v for k, v in row.items() if k != "attributes"} for row in batch.request.body["records"]]


def test_nothing_to_write_is_no_call() -> None:
    assert packed([]) == []


def test_a_call_carries_a_thousand_rows_in_five_collections() -> None:
    writes = [write("account", Act.UPDATE, {"mrr": "1"}, crm_id=f"001{n:012}") for n in range(1_001)]

    calls = packed(writes)

    assert [[len(batch.writes) for batch in call] for call in calls] == [[200] * 5, [1]]


def test_5000_changed_rows_of_3_objects_that_only_we_write_take_at_most_6_calls() -> None:
    counts = {"account": 2_000, "objective": 2_000, "success_plan": 1_000}
    column = {"account": "mrr", "objective": "progress", "success_plan": "progress"}
    writes = [write(noun, Act.UPDATE, {column[noun]: "1"}) for noun, count in counts.items() for _ in range(count)]

    assert len(packed(writes)) <= 6


def test_a_call_carries_25_conditional_writes() -> None:
    calls = packed([write("objective", Act.CONDITIONAL, {"name": "x"}) for _ in range(26)])

    assert [len(call) for call in calls] == [25, 1]
    assert dict(calls[0][0].request.headers) == {"If-Unmodified-Since": "Mon, 02 Mar 2026 09:00:00 GMT"}


def test_parents_are_made_first_then_come_updates_and_deletes_go_children_first() -> None:
    writes = [
        write("objective_kpi", Act.DELETE),
        write("objective", Act.DELETE),
        write("objective_kpi", Act.CONDITIONAL, {"description": "x"}),
        write("objective_kpi", Act.CREATE, {"description": "x"}, crm_id=None),
        write("objective", Act.CREATE, {"name": "x"}, crm_id=None),
        write("account", Act.UPDATE, {"mrr": "1"}),
    ]

    [call] = packed(writes)

    assert [(batch.writes[0].mapping.name, batch.writes[0].act) for batch in call] == [
        ("account", Act.UPDATE),
        ("objective", Act.CREATE),
        ("objective_kpi", Act.CREATE),
        ("objective_kpi", Act.CONDITIONAL),
        ("objective_kpi", Act.DELETE),
        ("objective", Act.DELETE),
    ]


def test_a_reference_goes_by_crm_id_where_there_is_one_and_by_key_where_not() -> None:
    here, coming = uuid4(), uuid4()
    values: Row = {"name": "x", "account_id": str(here), "success_plan_id": str(coming), "resource_id": None}
    made = write("objective", Act.CREATE, values, crm_id=None)

    [[batch]] = packed([made], {str(here): "001000000000001AAA"})

    assert rows(batch) == [
        {
            "Plansync_Id__c": str(made.link.id),
            "Name": "x",
            "Account__c": "001000000000001AAA",
            "Success_Plan__r": {"Plansync_Id__c": str(coming)},
            "Resource__c": None,
        }
    ]


def test_a_standard_reference_by_key_is_named_without_its_id() -> None:
    coming = uuid4()

    [[batch]] = packed([write("account", Act.UPDATE, {"parent_id": str(coming)}, crm_id="001")])

    assert rows(batch) == [{"id": "001", "Parent": {"Plansync_Id__c": str(coming)}}]


LOCKED = RowError("UNABLE_TO_LOCK_ROW", "busy")
REFUSED = RowError("STRING_TOO_LONG", "too long", ("Name",))


@pytest.mark.parametrize(
    ("answer", "crm_id", "error", "out_of_step"),
    [
        (Landed(), "a00", None, False),
        (OutOfStep(), "a00", None, True),
        (REFUSED, None, REFUSED, False),
    ],
)
def test_the_answer_to_a_conditional_write_is_its_fate(
    answer: object, crm_id: str | None, error: RowError | None, out_of_step: bool
) -> None:
    one = write("objective", Act.CONDITIONAL)

    [result] = send.read(Batch(request=_any(), writes=[one]), answer)

    assert result == Result(write=one, crm_id=crm_id, error=error, out_of_step=out_of_step)


def test_each_row_of_a_collection_has_a_fate_of_its_own() -> None:
    made, kept, bad, mute = (
        write("objective", Act.CREATE, crm_id=None),
        write("objective", Act.UPDATE),
        write("objective", Act.UPDATE),
        write("objective", Act.UPDATE),
    )
    answer = (
        RowResult(id="a01", success=True, created=True),
        RowResult(id=None, success=True),
        RowResult(id=None, success=False, errors=(REFUSED,)),
        RowResult(id=None, success=False),
    )

    results = send.read(Batch(request=_any(), writes=[made, kept, bad, mute]), answer)

    assert [(r.crm_id, r.error and r.error.code) for r in results] == [
        ("a01", None),
        ("a00", None),
        (None, "STRING_TOO_LONG"),
        (None, "UNKNOWN"),
    ]


@pytest.mark.parametrize("code", sorted(send.ALREADY_GONE))
def test_a_delete_of_what_is_gone_is_done(code: str) -> None:
    gone = write("objective", Act.DELETE)
    answer = (RowResult(id=None, success=False, errors=(RowError(code, "gone"),)),)

    [result] = send.read(Batch(request=_any(), writes=[gone]), answer)

    assert (result.crm_id, result.error) == ("a00", None)


def test_an_update_of_what_is_gone_is_not_done() -> None:
    gone = write("objective", Act.UPDATE)
    answer = (RowResult(id=None, success=False, errors=(RowError("ENTITY_IS_DELETED", "gone"),)),)

    [result] = send.read(Batch(request=_any(), writes=[gone]), answer)

    assert result.error == RowError("ENTITY_IS_DELETED", "gone")


def test_a_request_that_was_refused_whole_is_the_fate_of_each_of_its_rows() -> None:
    writes = [write("objective", Act.UPDATE) for _ in range(2)]

    results = send.read(Batch(request=_any(), writes=writes), Refused((LOCKED,), status=400))

    assert [r.error for r in results] == [LOCKED, LOCKED]
    assert all(r.error and r.error.transient for r in results)


def _any() -> Any:
    return packed([write("objective", Act.UPDATE)])[0][0].request
