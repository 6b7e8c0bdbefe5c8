"""Pages of records: every record once, in order, and only those that were asked for."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from service.domain.permissions import Right, User
from service.domain.values import Kind
from service.localorg.org import LocalOrg
from service.mapping.model import FieldMapping
from service.plans.desk import Desk
from service.plans.listing import Page, Wanted, listing, one, several
from service.plans.refusals import Denied, Missing
from tests.world import World

CSM = User(crm_id="005000000000001AAA", rights=frozenset({Right.CUSTOMER_SUCCESS}))


def desk(world: World, user: User = CSM) -> Desk:
    """Return the desk of a customer success manager."""
    return Desk(org=world.sync, user=user, now=world.clock.now(), zone="Europe/Paris")


def walked(world: World, wanted: Wanted, most: int = 9) -> list[Page]:
    """Return the pages of a list of objectives; of one that never ends, the first."""
    pages = [listing(desk(world), "objective", wanted)]
    while pages[-1].end is not None and len(pages) < most:
        pages.append(listing(desk(world), "objective", replace(wanted, after=pages[-1].end)))
    return pages


def names(page: Page) -> list[str]:
    """Return the names of the records of a page."""
    return [str(record.row["name"]) for record in page.records]


@pytest.fixture
def filled(world: World) -> World:
    """A world with objectives, some of which have no end, no plan and no tags."""
    for number in range(7):
        world.create_here(
            "objective",
            name=f"Objective {number % 4}",
            end_date=None if number % 3 == 0 else f"2026-0{number}-01",
            current_value=None if number % 2 else str(number * 3),
            status="In Progress" if number < 4 else "Paused",
            tags="Adoption;Renewal" if number == 2 else "adoption" if number == 5 else None,
            archived=number == 6,
        )
    return world


@pytest.mark.req("CO-27", "CO-28")
@pytest.mark.parametrize(
    "sort", ["id", "name", "end_date", "current_value", "archived", "success_plan_id", "status", "tags"]
)
@pytest.mark.parametrize("descending", [False, True])
def test_pages_hold_every_record_once_in_order_with_the_empty_ones_last(
    filled: World, sort: str, descending: bool
) -> None:
    pages = walked(filled, Wanted(sort=sort, descending=descending, limit=2))
    whole = listing(desk(filled), "objective", Wanted(sort=sort, descending=descending, limit=200))
    found = [record for page in pages for record in page.records]
    assert [len(page.records) for page in pages] == [2, 2, 2, 1]
    assert found == list(whole.records)
    assert {record.id for record in found} == filled.here("objective").keys()
    empty = [sort != "id" and record.row[sort] is None for record in found]
    assert empty == sorted(empty)


@pytest.mark.req("CO-27", "D14")
@pytest.mark.parametrize("descending", [False, True])
def test_archived_objectives_stand_together_in_the_order_of_statuses(world: World, descending: bool) -> None:
    standing = [("Paused", False), ("Abandoned", True), (None, True), ("Completed", False), ("Abandoned", False)]
    for status, archived in [*standing, (None, False), ("Paused", True)]:
        world.create_here("objective", name=str(status), status=status, archived=archived)

    pages = walked(world, Wanted(sort="status", descending=descending, limit=1))
    rows = [record.row for page in pages for record in page.records]
    found = ["Archived" if row["archived"] else row["status"] for row in rows]

    statuses = ["Abandoned", *["Archived"] * 3, "Completed", "Paused"]
    assert found == [*(reversed(statuses) if descending else statuses), None]


@pytest.mark.req("CO-28")
def test_objectives_of_the_same_tags_stand_together(filled: World) -> None:
    world = filled
    for tags in ("Renewal", "Adoption;Renewal", "Adoption"):
        world.create_here("objective", name=tags, tags=tags)

    page = listing(desk(world), "objective", Wanted(sort="tags", equal={"tags": "Renewal"}))

    assert [record.row["tags"] for record in page.records] == ["Adoption;Renewal", "Adoption;Renewal", "Renewal"]


def test_dates_stand_in_their_order(filled: World) -> None:
    page = listing(desk(filled), "objective", Wanted(sort="end_date", descending=True))

    days = [record.row["end_date"] for record in page.records if record.row["end_date"]]
    assert days == sorted(days, reverse=True)
    assert len(days) == 4


@pytest.mark.req("CO-27")
def test_a_list_shows_only_what_equals_what_was_asked_for(filled: World) -> None:
    page = listing(desk(filled), "objective", Wanted(equal={"status": "Paused", "archived": False}, sort="name"))

    assert names(page) == ["Objective 0", "Objective 1"]


def test_asking_for_nothing_finds_the_records_without_a_value(filled: World) -> None:
    page = listing(desk(filled), "objective", Wanted(equal={"end_date": None}))

    assert len(page.records) == 3


@pytest.mark.req("CO-28", "D12")
@pytest.mark.parametrize(("tags", "found"), [("adoption", 2), ("ADOPTION", 2), ("Adoption;Renewal", 1), ("Growth", 0)])
def test_tags_are_compared_one_by_one_whatever_their_case(filled: World, tags: str, found: int) -> None:
    assert len(listing(desk(filled), "objective", Wanted(equal={"tags": tags})).records) == found


@pytest.mark.parametrize(("text", "found"), [("tive 2", 2), ("OBJECTIVE", 7), ("%", 0), ("_", 0)])
def test_a_search_looks_for_a_part_of_the_name(filled: World, text: str, found: int) -> None:
    assert len(listing(desk(filled), "objective", Wanted(search=text)).records) == found


def test_columns_of_an_overlay_are_compared_as_what_they_are(world: World) -> None:
    assert world.mappings
    extra = [
        FieldMapping(column="region", crm="Region__c", kind=Kind.TEXT, extra=True),
        FieldMapping(column="vip", crm="VIP__c", kind=Kind.BOOLEAN, extra=True),
    ]
    objects = [replace(m, fields=(*m.fields, *extra)) if m.name == "account" else m for m in world.mappings]
    widened = replace(desk(world), org=replace(world.sync, mappings=replace(world.mappings, objects=tuple(objects))))
    world.create_here("account", name="North", extra={"region": "N", "vip": True})
    world.create_here("account", name="South", extra={"region": "S", "vip": False})

    for equal in ({"region": "N"}, {"vip": True}, {"region": "N", "vip": True}):
        assert names(listing(widened, "account", Wanted(equal=equal))) == ["North"]


def test_what_has_no_name_is_not_found_by_one(world: World) -> None:
    assert listing(desk(world), "playbook_task_assignment", Wanted(search="Ana")).records == ()


def test_a_record_tells_its_version_and_its_id_in_the_crm(filled: World) -> None:
    filled.settle()
    (record, *_) = listing(desk(filled), "objective", Wanted()).records

    assert record.crm_id == filled.crm_id(record.id)
    filled.edit_here("objective", record.id, name="Another")
    assert one(desk(filled), "objective", record.id).version == record.version + 1


@pytest.mark.req("P13")
def test_the_records_of_another_org_are_not_there(filled: World, installed_org: LocalOrg) -> None:
    other = World(org=installed_org, engine=filled.engine, seed=1)
    (record, *_) = listing(desk(filled), "objective", Wanted()).records

    assert listing(desk(other), "objective", Wanted()).records == ()
    assert several(desk(other), "objective", [record.id]) == {}
    with pytest.raises(Missing):
        one(desk(other), "objective", record.id)


def test_several_records_are_found_at_once_and_the_others_left_out(filled: World) -> None:
    (record, *_) = listing(desk(filled), "objective", Wanted()).records

    assert several(desk(filled), "objective", [record.id, uuid4()]) == {record.id: record}


@pytest.mark.req("OB-05")
def test_nobody_looks_at_records_without_a_right(world: World) -> None:
    stranger = desk(world, User(crm_id="005000000000002AAA"))

    with pytest.raises(Denied, match="CSC"):
        listing(stranger, "objective", Wanted())
    with pytest.raises(Denied):
        one(stranger, "objective", UUID(int=1))
    with pytest.raises(Denied):
        several(stranger, "objective", [])
