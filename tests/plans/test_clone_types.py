"""Record types in clones: the chosen one is taken, that of the new root and that of a child (OB-13, OB-47)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from service.localorg.org import LocalOrg
from service.plans.desk import Desk
from service.plans.windows import form
from tests.plans.adoption import NOW, Adoption, adoption
from tests.plans.cloning import made, refused, request_of, there
from tests.plans.conftest import Place
from tests.world import World, with_record_types


@pytest.fixture(scope="module")
def typed_org(tmp_path_factory: pytest.TempPathFactory) -> LocalOrg:
    """An org with two record types of objectives."""
    return with_record_types(tmp_path_factory.mktemp("typed"))


@pytest.fixture
def world(engine: Engine, typed_org: LocalOrg) -> World:
    """A world with record types."""
    return World(org=typed_org, engine=engine)


@pytest.fixture
def template(place: Place) -> Adoption:
    """The template that is cloned."""
    return adoption(place)


@pytest.fixture
def author(csm: Desk) -> Desk:
    """Somebody with CSC - Customer Success, on the day of the examples."""
    return replace(csm, now=NOW)


@pytest.mark.req("OB-13", "OB-47")
@pytest.mark.parametrize("name", ["Customer Objective", "Plan Objective"])
def test_a_clone_gets_the_record_type_that_was_chosen_for_it(name: str, template: Adoption, author: Desk) -> None:
    chosen = next(each.id for each in form(author, "objective").record_types if each.name == name)
    cloned = made(author, request_of(template, values={"record_type_id": chosen, "name": "Mine"}))

    [objective] = there(template.world, "objective", cloned).values()
    assert (objective["RecordTypeId"], objective["Name"]) == (chosen, "Mine")


@pytest.mark.req("OB-47")
def test_a_record_type_that_there_is_not_is_refused_at_its_field(template: Adoption, author: Desk) -> None:
    [fault] = refused(template.world, author, request_of(template, values={"record_type_id": "Customer"}))
    assert (fault.record, fault.field, fault.code) == (None, "record_type_id", "unreadable")


@pytest.mark.req("OB-47")
def test_a_record_type_that_the_org_does_not_have_is_refused_at_the_child_it_was_chosen_for(
    template: Adoption, author: Desk
) -> None:
    edits = {template.of("Meet"): {"record_type_id": "012000000000001AAA"}}

    [fault] = refused(template.world, author, request_of(template, edits=edits))
    assert fault.record == str(template.of("Meet"))
    assert "RecordTypeId" in fault.message
