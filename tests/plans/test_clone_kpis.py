"""KPIs that are added while creating from a template, in the same call (OB-14, OB-76)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from service.plans.clone import preview
from service.plans.desk import Desk
from tests.plans.adoption import NOW, Adoption, adoption
from tests.plans.cloning import made, refused, request_of, there
from tests.plans.conftest import Place


@pytest.fixture
def template(place: Place) -> Adoption:
    """The template that is cloned."""
    return adoption(place)


@pytest.fixture
def author(csm: Desk) -> Desk:
    """Somebody with CSC - Customer Success, on the day of the examples."""
    return replace(csm, now=NOW)


def kpi(template: Adoption, **values: Any) -> dict[str, Any]:
    return {"objective": template.id, "values": values}


@pytest.mark.req("OB-14", "OB-76", "OB-46")
def test_kpis_are_added_to_those_of_the_template_as_they_were_entered(template: Adoption, author: Desk) -> None:
    added = kpi(template, description="Renewals", target_value="5", current_value="1", target_date="2027-01-15")
    request = request_of(template, kpis=(added,))
    seen = preview(author, request).seen
    assert seen == preview(author, request_of(template)).seen

    cloned = made(author, replace(request, seen=seen))
    kpis = there(template.world, "objective_kpi", cloned)
    assert set(kpis) == {"Seats", "Logins", "Renewals"}
    new = kpis["Renewals"]
    assert (new["Target_Value__c"], new["Current_Value__c"], new["Target_Date__c"]) == (5, 1, "2027-01-15")
    assert new["Objective__c"] == template.world.crm_id(cloned.root_id)


@pytest.mark.req("OB-76")
@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"target_value": "5"}, "description", "required"),
        ({"description": "Renewals", "target_value": "many"}, "target_value", "unreadable"),
    ],
)
def test_what_is_wrong_with_an_added_kpi_is_said_at_its_place(
    values: dict[str, Any], field: str, code: str, template: Adoption, author: Desk
) -> None:
    request = request_of(template, kpis=(kpi(template, description="Sound"), kpi(template, **values)))

    [fault] = refused(template.world, author, request)
    assert (fault.record, fault.field, fault.code) == ("kpis/1", field, code)


@pytest.mark.req("OB-76")
def test_an_added_kpi_needs_an_objective_of_the_template(template: Adoption, author: Desk) -> None:
    stray = {"objective": uuid4(), "values": {"description": "Renewals"}}

    [fault] = refused(template.world, author, request_of(template, kpis=(stray,)))
    assert (fault.record, fault.field, fault.code) == ("kpis/0", "objective", "missing")
