"""Links: which record here is which there, what both agreed on, and what is left to push."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, false, true

from service.mirror import links
from service.mirror.links import Link, Wanted
from service.store.ledger import links as ledger
from service.store.records import RECORDS


@pytest.fixture
def save(connection: Connection, org_id: UUID, now: datetime) -> Any:
    """A function that saves an agreement and returns the record's id."""

    def save(crm_id: str | None = "001A", *, our_id: UUID | None = None, **values: Any) -> UUID:
        our_id = our_id or uuid4()
        agreed = {"base": {"name": "x"}, "base_modstamp": now, "base_read_at": now, **values}
        links.save(connection, org_id, [{"id": our_id, "object": "account", "crm_id": crm_id, **agreed}])
        return our_id

    return save


def one(connection: Connection, our_id: UUID) -> Link:
    """Return one link."""
    return links.by_id(connection, [our_id])[our_id]


def touch(connection: Connection, org_id: UUID, our_id: UUID) -> None:
    """Write the record, as a person here would."""
    connection.execute(RECORDS["account"].insert().values(org_id=org_id, id=our_id))


@pytest.mark.parametrize("lock", [False, True])
def test_a_link_is_found_by_either_id(connection: Connection, save: Any, now: datetime, lock: bool) -> None:
    our_id = save()

    link = Link(id=our_id, object="account", crm_id="001A", base={"name": "x"}, base_modstamp=now, base_read_at=now)
    assert links.by_id(connection, [our_id, uuid4()], lock=lock) == {our_id: link}
    assert links.by_crm_id(connection, ["001A", "001B"], lock=lock) == {"001A": link}


def test_crm_ids_that_differ_in_case_are_different_records(connection: Connection, save: Any) -> None:
    one_id, other_id = save("001A"), save("001a")

    assert links.by_crm_id(connection, ["001a"])["001a"].id == other_id != one_id


def test_looking_for_nothing_finds_nothing(connection: Connection) -> None:
    assert links.by_id(connection, []) == {}
    assert links.by_crm_id(connection, []) == {}
    assert links.our_ids(connection, []) == {}
    assert links.crm_ids(connection, []) == {}
    assert links.standing(connection, []) == set()


def test_saving_again_replaces_what_is_agreed_and_clears_what_was_under_way(
    connection: Connection, save: Any, now: datetime
) -> None:
    our_id = save(None)
    links.announce(connection, {our_id: {"name": "y"}})
    links.change(connection, [our_id], gone=True)

    save("001A", our_id=our_id, base={"name": "y"})

    link = one(connection, our_id)
    assert (link.crm_id, link.base, link.sending, link.gone) == ("001A", {"name": "y"}, None, False)


def test_saving_announcing_and_settling_nothing_is_allowed(connection: Connection, org_id: UUID) -> None:
    links.save(connection, org_id, [])
    links.introduce(connection, org_id, [])
    links.announce(connection, {})
    links.settle(connection, [])
    links.catch_up(connection, {})
    links.change(connection, [], gone=True)
    links.mark_clean(connection, [])


def test_a_record_that_cannot_be_taken_in_yet_keeps_its_crm_id_and_has_nothing_to_push(
    connection: Connection, org_id: UUID
) -> None:
    our_id = uuid4()

    links.introduce(connection, org_id, [(our_id, "account", "001A")])
    links.introduce(connection, org_id, [(our_id, "account", "001B")])

    link = one(connection, our_id)
    assert (link.crm_id, link.base, link.dirty) == ("001B", None, False)


def test_references_are_found_only_to_records_that_are_held(connection: Connection, org_id: UUID, save: Any) -> None:
    held, dropped, gone = save("001A"), save("001B"), save("001C")
    links.introduce(connection, org_id, [(uuid4(), "account", "001D")])
    links.change(connection, [dropped], deleted=True)
    links.change(connection, [gone], gone=True)

    asked = ["001A", "001B", "001C", "001D", "001E"]
    assert links.our_ids(connection, asked) == {"001A": str(held)}
    assert set(links.our_ids(connection, asked, held=False)) == {"001A", "001B", "001C", "001D"}


def test_crm_ids_are_found_for_records_that_have_one(connection: Connection, save: Any) -> None:
    known, new = save("001A"), save(None)

    assert links.crm_ids(connection, [str(known), str(new), str(uuid4())]) == {str(known): "001A"}


def test_records_stand_here_until_they_are_deleted_or_gone(connection: Connection, save: Any) -> None:
    held, dropped, gone = save("001A"), save("001B"), save("001C")
    links.change(connection, [dropped], deleted=True)
    links.change(connection, [gone], gone=True)

    assert links.standing(connection, [str(i) for i in (held, dropped, gone, uuid4())]) == {str(held)}


MANY = 70_000
"""More than the 65,535 parameters that one statement of PostgreSQL may have."""


@pytest.mark.parametrize(
    "look",
    [
        lambda connection: links.by_crm_id(connection, [str(n) for n in range(MANY)]),
        lambda connection: links.our_ids(connection, [str(n) for n in range(MANY)]),
        lambda connection: links.by_id(connection, [UUID(int=n) for n in range(MANY)]),
        lambda connection: links.crm_ids(connection, [str(UUID(int=n)) for n in range(MANY)]),
        lambda connection: links.standing(connection, [str(UUID(int=n)) for n in range(MANY)]),
    ],
    ids=["by_crm_id", "our_ids", "by_id", "crm_ids", "standing"],
)
def test_any_number_of_records_can_be_asked_for(connection: Connection, look: Any) -> None:
    assert not look(connection)


def test_a_record_is_dirty_from_its_edit_until_that_version_is_pushed(
    connection: Connection, org_id: UUID, save: Any
) -> None:
    our_id = uuid4()
    touch(connection, org_id, our_id)
    save(our_id=our_id)
    assert one(connection, our_id).dirty

    links.mark_clean(connection, [our_id])
    assert not one(connection, our_id).dirty

    links.mark_dirty(connection, [our_id])
    assert one(connection, our_id).dirty
    before = one(connection, our_id).version
    links.mark_dirty(connection, [our_id])
    assert one(connection, our_id).version == before


def test_what_landed_is_agreed_and_only_the_version_that_was_sent_counts_as_pushed(
    connection: Connection, org_id: UUID, save: Any
) -> None:
    our_id = uuid4()
    touch(connection, org_id, our_id)
    save(None, our_id=our_id, base={"name": "x", "industry": "y"})
    links.announce(connection, {our_id: {"name": "z"}})
    connection.execute(RECORDS["account"].update().values(name="newer"))

    links.settle(connection, [{"link": our_id, "crm": "001A", "sent": {"name": "z"}, "seen": 1}])

    link = one(connection, our_id)
    assert (link.crm_id, link.sending, link.base_modstamp) == ("001A", None, None)
    assert link.base == {"name": "z", "industry": "y"}
    assert (link.version, link.pushed_version, link.dirty) == (2, 1, True)


def test_what_landed_of_a_new_record_is_all_that_is_agreed(connection: Connection, org_id: UUID) -> None:
    our_id = uuid4()
    touch(connection, org_id, our_id)

    links.settle(connection, [{"link": our_id, "crm": "001A", "sent": {"name": None, "flag": False}, "seen": 1}])

    assert one(connection, our_id).base == {"name": None, "flag": False}
    assert not one(connection, our_id).dirty


def test_catching_up_never_goes_back(connection: Connection, org_id: UUID) -> None:
    our_id = uuid4()
    touch(connection, org_id, our_id)
    links.catch_up(connection, {our_id: 1})

    links.catch_up(connection, {our_id: 0})

    assert one(connection, our_id).pushed_version == 1


def test_dirty_records_come_by_object_in_the_order_of_their_ids_and_as_many_as_asked(
    connection: Connection, org_id: UUID
) -> None:
    ids = sorted(uuid4() for _ in range(3))
    for our_id in reversed(ids):
        touch(connection, org_id, our_id)
    connection.execute(RECORDS["contact"].insert().values(org_id=org_id, id=uuid4()))

    def found(**options: Any) -> list[UUID]:
        held_back = options.pop("held_back", false())
        wanted = Wanted(**{"limit": 10, **options})
        return [link.id for link in links.dirty(connection, "account", wanted, held_back=held_back)]

    assert links.dirty_nouns(connection) == {"account", "contact"}
    assert found() == ids
    assert found(limit=2) == ids[:2]
    assert found(only=[ids[1], uuid4()]) == [ids[1]]
    assert found(held_back=true()) == []
    assert (found(bulk=True), found(bulk=False)) == ([], ids)
    assert found(held_back=ledger.c.id == ids[0]) == ids[1:]


def test_nothing_dirty_means_no_object_to_push(connection: Connection, org_id: UUID) -> None:
    touch(connection, org_id, our_id := uuid4())
    links.mark_clean(connection, [our_id])

    assert links.dirty_nouns(connection) == set()


def test_a_moment_is_kept_to_the_microsecond_and_with_its_zone(
    connection: Connection, save: Any, now: datetime
) -> None:
    our_id = save(base_read_at=now + timedelta(microseconds=1))

    assert one(connection, our_id).base_read_at == now + timedelta(microseconds=1)
