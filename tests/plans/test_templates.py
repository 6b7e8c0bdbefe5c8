"""Templates: what is there to pick, and what a clone of one may take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import Engine, event

from service.domain.permissions import Action, Right, User
from service.domain.templates import Template
from service.plans.create import create
from service.plans.desk import Desk
from service.plans.edit import Edit, edit
from service.plans.records import find
from service.plans.refusals import Denied, Missing
from service.plans.templates import template, templates, tree
from tests.desks import make_private
from tests.plans.adoption import CHILDREN, adoption
from tests.plans.conftest import Place

Read = Callable[[Desk, str, UUID], Template]


@pytest.mark.req("OB-25")
def test_only_what_is_ticked_is_there_to_pick(place: Place, csm: Desk) -> None:
    world = place.world
    for name in ("Expand", "Adopt", "Renew"):
        world.create_here("objective", name=name, template=True)
    world.create_here("objective", name="Rest", template=True, archived=True)
    for number in range(5):
        world.create_here("objective", name=f"Own {number}")

    page = templates(csm, "objective")
    assert [listed.found.row["name"] for listed in page.templates] == ["Adopt", "Expand", "Renew"]
    assert page.end is None


@pytest.mark.req("OB-25")
def test_templates_come_in_pages_and_can_be_searched(place: Place, csm: Desk) -> None:
    for name in ("Adopt", "Expand", "Renew"):
        place.world.create_here("playbook", name=name, template=True)

    first = templates(csm, "playbook", limit=2)
    rest = templates(csm, "playbook", limit=2, after=first.end)
    assert [t.found.row["name"] for t in (*first.templates, *rest.templates)] == ["Adopt", "Expand", "Renew"]
    assert [t.found.row["name"] for t in templates(csm, "playbook", search="pan").templates] == ["Expand"]


@pytest.mark.req("OB-22")
def test_an_objective_is_kept_as_a_template_when_it_is_made_or_later(place: Place, csm: Desk) -> None:
    made = create(csm, "objective", {"title": "Adopt", "template": True})
    later = create(csm, "objective", {"title": "Expand", "account_id": place.acme})
    assert [listed.found.id for listed in templates(csm, "objective").templates] == [made]

    place.world.cycle()
    version = find(csm, "objective", later).version
    edit(csm, "objective", Edit(id=later, version=version, given={"template": True}))
    assert [listed.found.id for listed in templates(csm, "objective").templates] == [made, later]


@pytest.mark.req("OB-28")
def test_a_template_is_listed_with_the_counts_of_its_children(place: Place, csm: Desk) -> None:
    adoption(place)
    place.world.create_here("objective", name="Bare", template=True)

    adopt, bare = templates(csm, "objective").templates
    assert adopt.children == CHILDREN
    assert set(bare.children.values()) == {0}


def queries_of(engine: Engine, act) -> int:
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_more) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(asked)


def test_more_templates_take_no_more_queries(place: Place, csm: Desk) -> None:
    adoption(place)
    one = queries_of(csm.org.engine, lambda: templates(csm, "objective"))
    for number in range(3):
        more = place.world.create_here("objective", name=f"Adopt {number}", template=True)
        place.world.create_here("objective_kpi", description="Seats", objective_id=more)

    assert queries_of(csm.org.engine, lambda: templates(csm, "objective")) == one


@pytest.mark.req("OB-24")
def test_a_template_has_all_its_children_parents_first(place: Place, csm: Desk) -> None:
    made = adoption(place)
    found = template(csm, "objective", made.id)

    assert {record.id for record in found} == set(made.ids.values())
    nouns = [record.noun for record in found.children]
    assert list(dict.fromkeys(nouns)) == list(CHILDREN)
    assert Counter(nouns) == CHILDREN
    tasks = [record.row["name"] for record in found.children if record.noun == "playbook_task"]
    assert tasks == ["Review", "Invite", "Meet", "Prepare", "Train"]


@pytest.mark.req("OB-45")
def test_a_plan_template_has_what_stands_under_its_objectives_too(place: Place, csm: Desk) -> None:
    world = place.world
    plan = world.create_here("success_plan", name="Grow", template=True)
    made = adoption(place)
    world.edit_here("objective", made.id, success_plan_id=plan)
    stray = world.create_here("playbook_task", name="Call", success_plan_id=plan)
    world.create_here("playbook_task", name="Elsewhere")

    found = template(csm, "success_plan", plan)
    assert {record.id for record in found} == {plan, stray, *made.ids.values()}
    [listed] = templates(csm, "success_plan").templates
    assert listed.children == {**CHILDREN, "objective": 1, "playbook_task": 6}


@pytest.mark.req("OB-04")
@pytest.mark.parametrize("read", [template, tree])
def test_a_template_that_sharing_hides_is_not_there(place: Place, csm: Desk, participant: Desk, read: Read) -> None:
    made = adoption(place, OwnerId=csm.user.crm_id)
    make_private(place.world, "objective")

    assert read(csm, "objective", made.id).root.id == made.id
    with pytest.raises(Missing, match=r"template .* \(any more\)"):
        read(participant, "objective", made.id)


@pytest.mark.req("OB-04")
def test_a_template_is_read_without_the_children_that_sharing_hides(place: Place, participant: Desk) -> None:
    made = adoption(place)
    make_private(place.world, "playbook_task")

    nouns = Counter(record.noun for record in template(participant, "objective", made.id).children)
    assert nouns == {"objective_kpi": 2, "playbook": 2}


def test_whoever_runs_the_connector_reads_all_of_a_template_and_asks_nobody(place: Place, csm: Desk) -> None:
    made = adoption(place)
    make_private(place.world, "objective", "playbook_task")
    operator = replace(csm, user=User(crm_id="", name="the command line", rights=csm.user.rights), operator=True)
    before = place.world.sync.client.api_calls

    assert len(template(operator, "objective", made.id).children) == sum(CHILDREN.values())
    assert place.world.sync.client.api_calls == before
    assert operator.reachable(Action.EDIT, [made.id]) == set()


@pytest.mark.parametrize("noun", ["objective", "success_plan", "playbook"])
def test_a_template_that_is_not_there_is_missing(noun: str, csm: Desk, org_id: UUID) -> None:
    with pytest.raises(Missing, match=r"template .* \(any more\)"):
        template(csm, noun, org_id)


def test_a_record_that_is_not_ticked_is_no_template(place: Place, csm: Desk) -> None:
    own = place.world.create_here("objective", name="Own")

    with pytest.raises(Missing):
        template(csm, "objective", own)


def test_other_nouns_are_no_templates(csm: Desk) -> None:
    with pytest.raises(Missing, match="A playbook task is no template"):
        templates(csm, "playbook_task")


def test_templates_are_not_for_everybody(outsider: Desk) -> None:
    assert Right.CUSTOMER_SUCCESS not in outsider.user.rights
    with pytest.raises(Denied):
        templates(outsider, "objective")
    with pytest.raises(Denied):
        template(outsider, "objective", outsider.org.org_id)
