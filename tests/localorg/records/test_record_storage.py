"""The store itself: files that are opened again, transactions in transactions, clones."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from service.localorg.ids import make_id, parse_id, to_18
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor
from service.localorg.records.storage import Storage
from service.localorg.schema.model import Field, Type
from service.localorg.schema.reader import standard_schema


def test_an_org_in_a_file_is_found_again_and_counts_on(tmp_path: Path, boats_package: Path) -> None:
    database = str(tmp_path / "org.db")
    first = LocalOrg.install(boats_package, database=database)
    ids = [first.writer.create(first.admin(), "Boat__c", {"Name": "Ada"})]
    org_id = first.org_id
    first.storage.close()
    second = LocalOrg.install(boats_package, database=database)
    ids.append(second.writer.create(second.admin(), "Boat__c", {"Name": "Bea"}))
    assert [row["Name"] for row in second.storage.rows("Boat__c")] == ["Ada", "Bea"]
    assert (len(set(ids)), second.org_id) == (2, org_id)
    second.storage.close()


def test_a_file_of_an_older_package_gets_the_new_columns(tmp_path: Path) -> None:
    schema = standard_schema()
    storage = Storage(str(tmp_path / "org.db"))
    storage.create_tables(schema)
    account = schema.objects["Account"]
    more = {**account.fields, "New__c": Field(name="New__c", label="New", type=Type.STRING, unique=True)}
    storage.create_tables(replace(schema, objects={**schema.objects, "Account": replace(account, fields=more)}))
    storage.insert("Account", {"Id": "1", "New__c": "x"})
    assert storage.row("Account", "1")["New__c"] == "x"  # type: ignore[index]
    storage.close()


def test_an_inner_transaction_fails_alone(boats: LocalOrg, admin: Actor) -> None:
    storage = boats.storage
    with storage.transaction():
        storage.insert("Account", {"Id": "1", "Name": "kept"})
        with pytest.raises(sqlite3.IntegrityError):
            _insert_twice(storage)
    assert [row["Name"] for row in storage.rows("Account")] == ["kept"]


def test_a_clone_and_its_original_go_their_own_ways(boats: LocalOrg, admin: Actor) -> None:
    clone = boats.clone(boats.clock)
    clone.writer.create(clone.admin(), "Account", {"Name": "Acme"})
    boats.assign(boats.user_id("guest@example.com"), "Sailor")
    assert list(boats.storage.rows("Account")) == []
    guest = clone.actor(clone.user_id("guest@example.com"))
    assert not clone.access.object_rights(guest, "Boat__c").read


def _insert_twice(storage: Storage) -> None:
    with storage.transaction():
        for _ in range(2):
            storage.insert("Account", {"Id": "2", "Name": "lost"})


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("001000000000001", "001000000000001AAA"),
        ("a0BLs00000Ab1Zz", "a0BLs00000Ab1ZzMAJ"),
        ("005AAAAAAAAAAAA", "005AAAAAAAAAAAAY55"),
    ],
)
def test_the_three_last_characters_say_which_others_are_upper_case(short: str, full: str) -> None:
    assert (to_18(short), parse_id(short), parse_id(full)) == (full, full, full)


@pytest.mark.parametrize("text", ["", "001", "001000000000001AAB", "001-00000000001", "0010000000000012345"])
def test_what_is_no_id_is_not_read_as_one(text: str) -> None:
    assert parse_id(text) is None


def test_ids_of_a_prefix_sort_in_the_order_they_were_made() -> None:
    made = [make_id("a00", number) for number in (1, 9, 10, 35, 36, 61, 62, 3843, 3844, 10**6)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
