"""Forms over the API."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.api.conftest import Somebody
from tests.world import World


@pytest.mark.req("OB-51")
def test_a_window_names_its_fields_with_what_they_take(csm: Somebody) -> None:
    window = csm.read("/forms/objective-kpis")

    named = {each["column"]: each for each in window["fields"]}
    assert (window["noun"], window["record_types"], window["record_type"]) == ("objective_kpi", [], None)
    assert named["description"]["required"] is True
    assert named["description"]["length"] == 255
    assert {"value": "EUR", "label": "EUR"} in named["unit"]["options"]
    assert (named["objective_id"]["kind"], named["objective_id"]["refers_to"]) == ("reference", "objective")


@pytest.mark.req("OB-82")
def test_an_edit_window_is_that_of_its_record(world: World, csm: Somebody, account: UUID) -> None:
    plan = world.create_here("success_plan", name="2026", account_id=account)

    assert csm.read(f"/forms/success-plans?record_id={plan}") == csm.read("/forms/success-plans")
    assert csm.get(f"/forms/success-plans?record_id={account}").status_code == 404


def test_a_record_type_that_there_is_none_of_is_a_fault_of_its_field(csm: Somebody) -> None:
    answer = csm.get("/forms/objectives?record_type=Gold")

    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json["errors"]] == ["record_type_id"]


def test_nobody_sees_the_window_of_what_they_may_not_do(participant: Somebody, nobody: Somebody) -> None:
    assert participant.get("/forms/success-plans").status_code == 403
    assert participant.get("/forms/objectives").status_code == 200
    assert nobody.get("/forms/objectives").status_code == 403
