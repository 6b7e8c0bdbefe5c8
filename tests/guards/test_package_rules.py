"""The package's rules about resources in an org: who may be given work, and that what somebody held stays theirs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.localorg.clock import Clock
from service.localorg.errors import Refusal
from service.localorg.org import LocalOrg
from tests.world import START

ALLOCATED = ("Success_Plan__c", "Objective__c", "Playbook__c", "Playbook_Task_Assignment__c")
"""What is allocated to a resource. An interaction only names who was in touch."""
Make = Callable[..., str]


@pytest.fixture
def org(installed_org: LocalOrg) -> LocalOrg:
    return installed_org.clone(Clock(START))


@pytest.fixture
def make(org: LocalOrg) -> Make:
    """Make a record of an object, of an account or task of its own, as an administrator."""

    def create(sobject: str, **values: object) -> str:
        if sobject in ALLOCATED[:3]:
            values = {"Name": "Adopt", "Account__c": create("Account", Name="Acme"), **values}
        if sobject == "Playbook_Task_Assignment__c":
            task = create("Playbook_Task__c", Name="Call", Account__c=create("Account", Name="Acme"))
            values = {"Playbook_Task__c": task, **values}
        return org.writer.create(org.admin(), sobject, values)

    return create


@pytest.fixture
def ana(make: Make) -> str:
    """An active resource that is no PSA's."""
    return make("CS_Resource__c", Name="Ana")


@pytest.fixture(params=["inactive", "psa"])
def barred(make: Make, request: pytest.FixtureRequest) -> str:
    """A resource that is given no work."""
    if request.param == "inactive":
        return make("CS_Resource__c", Name="Ike", Active__c=False)
    return make("CS_Resource__c", Name="Pat", PSA_Resource__c=make("Contact", LastName="Psa"))


@pytest.mark.req("OB-34", "OB-35", "OB-58", "D10")
@pytest.mark.parametrize("sobject", ALLOCATED)
def test_a_new_record_is_refused_an_inactive_and_a_psa_resource(make: Make, barred: str, sobject: str) -> None:
    with pytest.raises(Refusal) as refused:
        make(sobject, Resource__c=barred)

    assert (refused.value.code, refused.value.fields) == ("FIELD_CUSTOM_VALIDATION_EXCEPTION", ("Resource__c",))
    assert "Choose an active resource" in refused.value.message


@pytest.mark.req("OB-34", "OB-35", "OB-58", "D10")
@pytest.mark.parametrize("sobject", ALLOCATED)
def test_a_record_is_not_handed_over_to_an_inactive_or_a_psa_resource(
    org: LocalOrg, make: Make, ana: str, barred: str, sobject: str
) -> None:
    record = make(sobject, Resource__c=ana)

    with pytest.raises(Refusal, match="Choose an active resource"):
        org.writer.update(org.admin(), sobject, record, {"Resource__c": barred})


@pytest.mark.req("OB-58", "D10")
@pytest.mark.parametrize("sobject", ALLOCATED)
def test_what_somebody_held_can_be_edited_and_handed_over_after_they_left(
    org: LocalOrg, make: Make, ana: str, sobject: str
) -> None:
    record, ben = make(sobject, Resource__c=ana), make("CS_Resource__c", Name="Ben")
    org.writer.update(org.admin(), "CS_Resource__c", ana, {"Active__c": False})
    own = "Role__c" if sobject == "Playbook_Task_Assignment__c" else "Name"

    org.writer.update(org.admin(), sobject, record, {own: "Anew", "Resource__c": ana})
    assert org.reader.read_row(org.admin(), sobject, record, [own, "Resource__c"]) == {own: "Anew", "Resource__c": ana}
    for taker in (ben, None):
        org.writer.update(org.admin(), sobject, record, {"Resource__c": taker})


@pytest.mark.parametrize("sobject", ALLOCATED)
def test_a_record_does_without_a_resource(make: Make, sobject: str) -> None:
    assert make(sobject)


def test_an_interaction_may_name_a_colleague_who_left(make: Make, barred: str) -> None:
    assert make("CS_Activity__c", Name="Call", Resource__c=barred, Account__c=make("Account", Name="Acme"))
