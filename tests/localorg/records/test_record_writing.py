"""Creating, updating and upserting, refusal by refusal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from service.localorg.errors import Refusal
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor


def boat(org: LocalOrg, actor: Actor, **values: Any) -> str:
    return org.writer.create(actor, "Boat__c", {"Name": "Ada", **values})


def read(org: LocalOrg, record_id: str, *fields: str) -> Any:
    row = org.reader.read_row(org.admin(), "Boat__c", record_id, fields)
    return row[fields[0]] if len(fields) == 1 else tuple(row.values())


def refusal(call: Any, *arguments: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        call(*arguments)
    return refused.value


def test_a_new_record_gets_its_stamps_owner_and_defaults(boats: LocalOrg, sailor: Actor) -> None:
    record_id = boat(boats, sailor)
    row = boats.reader.read_row(sailor, "Boat__c", record_id)
    assert row["CreatedDate"] == row["LastModifiedDate"] == row["SystemModstamp"] == "2026-03-04T05:06:07.089+0000"
    assert row["OwnerId"] == row["CreatedById"] == row["LastModifiedById"] == sailor.user_id
    assert (row["Kind__c"], row["Licensed__c"], row["Builder__c"], row["IsDeleted"]) == ("Sail", True, "Unknown", False)


def test_an_explicit_null_is_kept_against_the_default(boats: LocalOrg, sailor: Actor) -> None:
    assert read(boats, boat(boats, sailor, Builder__c=None, Kind__c=None), "Builder__c", "Kind__c") == (None, None)


def test_ids_are_18_characters_with_the_prefix_of_their_object_and_count_up(boats: LocalOrg, sailor: Actor) -> None:
    first, second = boat(boats, sailor), boat(boats, sailor)
    assert (len(first), first[:3], second > first) == (18, boats.schema.objects["Boat__c"].key_prefix, True)


def test_names_are_case_insensitive(boats: LocalOrg, sailor: Actor) -> None:
    record_id = boats.writer.create(sailor, "boat__C", {"NAME": "Bea", "length__C": 3})
    assert read(boats, record_id, "Name", "Length__c") == ("Bea", 3.0)


def test_a_custom_record_without_a_name_is_called_by_its_id(boats: LocalOrg, sailor: Actor) -> None:
    record_id = boats.writer.create(sailor, "Boat__c", {})
    assert read(boats, record_id, "Name") == record_id


def test_a_contact_is_named_by_first_and_last_name(boats: LocalOrg, admin: Actor) -> None:
    contact = boats.writer.create(admin, "Contact", {"FirstName": "Jo", "LastName": "Ray"})
    boats.writer.update(admin, "Contact", contact, {"FirstName": None})
    assert boats.reader.read_row(admin, "Contact", contact, ["Name"]) == {"Name": "Ray"}


def test_auto_numbers_count_in_their_format(boats: LocalOrg, sailor: Actor) -> None:
    parent = boat(boats, sailor)
    trips = [boats.writer.create(sailor, "Trip__c", {"Boat__c": parent}) for _ in range(2)]
    rows = [boats.reader.read_row(boats.admin(), "Trip__c", trip, ["Name", "Invoice__c"]) for trip in trips]
    assert [tuple(row.values()) for row in rows] == [("TRIP-0001", "2026-03-007"), ("TRIP-0002", "2026-03-008")]


def test_formula_fields_are_calculated_on_reading(boats: LocalOrg, sailor: Actor) -> None:
    port = boats.writer.create(sailor, "Harbour__c", {"Name": "Hull"})
    record_id = boat(boats, sailor, Harbour__c=port, Fill__c=61)
    assert read(boats, record_id, "Half_Full__c", "Label__c") == (30.5, "Ada of Hull!")


@pytest.mark.parametrize(
    ("values", "code", "message"),
    [
        ({"Nope__c": 1}, "INVALID_FIELD", "No such column 'Nope__c' on sobject of type Boat__c"),
        ({"Nope__r": {"Code__c": "X"}}, "INVALID_FIELD", "No such column 'Nope__r' on sobject of type Boat__c"),
        ({"Id": "001"}, "INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call"),
        ({"Serial__c": "S"}, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: Serial__c. Please"),
        ({"Label__c": "S"}, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: Label__c. Please"),
        (
            {"SystemModstamp": "2026-01-01T00:00:00Z", "CreatedById": None},
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "Unable to create/update fields: CreatedById, SystemModstamp. Please check the security settings of this"
            " field and verify that it is read/write for your profile or permission set.",
        ),
        ({"Harbour__r": {"Region__c": "X"}}, "INVALID_FIELD", "Only one external ID field can name the parent"),
        (
            {"Harbour__r": {"Code__c": "X"}},
            "INVALID_FIELD",
            "Foreign key external ID: X not found for field Code__c in entity Harbour__c",
        ),
        ({"Length__c": -1}, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "The length must be positive."),
    ],
)
def test_a_create_is_refused(boats: LocalOrg, sailor: Actor, values: dict[str, Any], code: str, message: str) -> None:
    found = refusal(boats.writer.create, sailor, "Boat__c", {"Name": "Ada", **values})
    assert found.code == code
    assert found.message.startswith(message)


def test_a_field_without_read_access_does_not_exist_for_the_caller(boats: LocalOrg, sailor: Actor) -> None:
    found = refusal(boats.writer.create, sailor, "Boat__c", {"Half_Full__c": 1})
    assert (found.code, found.message) == ("INVALID_FIELD", "No such column 'Half_Full__c' on sobject of type Boat__c")


def test_all_missing_required_fields_are_named(boats: LocalOrg, sailor: Actor) -> None:
    found = refusal(boats.writer.create, sailor, "Ticket__c", {"Seat__c": " "})
    assert found.code == "REQUIRED_FIELD_MISSING"
    assert found.message == "Required fields are missing: [Seat__c, Trip__c]"
    assert found.fields == ("Seat__c", "Trip__c")


def test_a_required_field_cannot_be_emptied(boats: LocalOrg, admin: Actor) -> None:
    account = boats.writer.create(admin, "Account", {"Name": "Acme"})
    assert refusal(boats.writer.update, admin, "Account", account, {"Name": ""}).code == "REQUIRED_FIELD_MISSING"


def test_checks_come_in_salesforces_order(boats: LocalOrg, sailor: Actor) -> None:
    wrong = {"Nope__c": 1, "Label__c": "x", "Length__c": 1000, "Harbour__c": "a0"}
    codes = []
    for name in ("Nope__c", "Label__c", "Length__c", "Harbour__c"):
        codes.append(refusal(boats.writer.create, sailor, "Boat__c", wrong).code)
        del wrong[name]
    assert codes == [
        "INVALID_FIELD",
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "NUMBER_OUTSIDE_VALID_RANGE",
        "MALFORMED_ID",
    ]


def test_a_reference_must_be_of_the_right_type(boats: LocalOrg, sailor: Actor) -> None:
    found = refusal(boats.writer.create, sailor, "Boat__c", {"Harbour__c": sailor.user_id})
    assert found.code == "FIELD_INTEGRITY_EXCEPTION"
    assert found.message == f"Harbour: id value of incorrect type: {sailor.user_id}"


def test_a_reference_must_exist(boats: LocalOrg, sailor: Actor) -> None:
    prefix = boats.schema.objects["Harbour__c"].key_prefix
    found = refusal(boats.writer.create, sailor, "Boat__c", {"Harbour__c": f"{prefix}Ls0000000099"})
    assert (found.code, found.message) == ("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")


def test_a_reference_to_a_deleted_record_is_refused(boats: LocalOrg, sailor: Actor) -> None:
    port = boats.writer.create(sailor, "Harbour__c", {"Name": "Hull"})
    boats.writer.delete(sailor, port)
    assert refusal(boats.writer.create, sailor, "Boat__c", {"Harbour__c": port}).code == "ENTITY_IS_DELETED"


def test_a_reference_to_a_record_out_of_sight_is_refused(boats: LocalOrg, sailor: Actor, mate: Actor) -> None:
    port = boats.writer.create(mate, "Harbour__c", {"Name": "Hull"})
    found = refusal(boats.writer.create, sailor, "Boat__c", {"Harbour__c": port})
    assert found.code == "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"
    assert found.message == f"insufficient access rights on cross-reference id: {port}"


def test_a_15_character_reference_is_kept_with_18(boats: LocalOrg, sailor: Actor) -> None:
    port = boats.writer.create(sailor, "Harbour__c", {"Name": "Hull"})
    assert read(boats, boat(boats, sailor, Harbour__c=port[:15]), "Harbour__c") == port


def test_a_parent_can_be_named_by_its_external_id(boats: LocalOrg, sailor: Actor) -> None:
    port = boats.writer.create(sailor, "Harbour__c", {"Name": "Hull", "Code__c": "HUL"})
    record_id = boat(boats, sailor, Harbour__r={"attributes": {"type": "Harbour__c"}, "Code__c": "hul"})
    boats.writer.update(sailor, "Boat__c", record_id, {"Account__r": None})
    assert read(boats, record_id, "Harbour__c") == port


def test_a_parent_that_two_records_could_be_is_refused(boats: LocalOrg, admin: Actor) -> None:
    for name in ("Ada", "Bea"):
        boats.writer.create(admin, "Boat__c", {"Name": name, "Builder__c": "Bo"})
    found = refusal(boats.writer.create, admin, "Trip__c", {"Boat__r": {"Builder__c": "Bo"}})
    assert (found.code, found.message) == ("INVALID_FIELD", "More than one record found for external ID: Bo")


@pytest.mark.parametrize("again", ["HUL", "hul"])
def test_a_unique_value_is_taken_whatever_its_case(boats: LocalOrg, sailor: Actor, again: str) -> None:
    first = boats.writer.create(sailor, "Harbour__c", {"Name": "Hull", "Code__c": "HUL"})
    found = refusal(boats.writer.create, sailor, "Harbour__c", {"Name": "Hull", "Code__c": again})
    assert found.code == "DUPLICATE_VALUE"
    assert found.message == f"duplicate value found: Code__c duplicates value on record with id: {first}"


def test_a_case_sensitive_unique_value_may_differ_in_case(boats: LocalOrg, master: Actor) -> None:
    boat(boats, master, Serial__c="ab")
    assert read(boats, boat(boats, master, Serial__c="AB"), "Serial__c") == "AB"
    assert refusal(boats.writer.create, master, "Boat__c", {"Serial__c": "ab"}).code == "DUPLICATE_VALUE"


def test_a_record_keeps_its_own_unique_value(boats: LocalOrg, sailor: Actor) -> None:
    port = boats.writer.create(sailor, "Harbour__c", {"Name": "Hull", "Code__c": "HUL"})
    boats.writer.update(sailor, "Harbour__c", port, {"Code__c": "hul"})
    assert boats.reader.read_row(sailor, "Harbour__c", port, ["Code__c"]) == {"Code__c": "hul"}


def test_a_rule_sees_what_changes_and_who_asks(boats: LocalOrg, sailor: Actor, master: Actor) -> None:
    record_id = boat(boats, sailor)
    boats.writer.update(sailor, "Boat__c", record_id, {"Name": "Ada", "Length__c": 4})
    found = refusal(boats.writer.update, sailor, "Boat__c", record_id, {"Name": "Bea"})
    assert (found.code, found.fields) == ("FIELD_CUSTOM_VALIDATION_EXCEPTION", ())
    boats.writer.update(master, "Boat__c", record_id, {"Name": "Bea"})
    assert read(boats, record_id, "Name") == "Bea"


def test_an_update_that_changes_nothing_still_moves_the_stamps(boats: LocalOrg, sailor: Actor, mate: Actor) -> None:
    record_id = boat(boats, sailor)
    boats.clock.advance(timedelta(seconds=5))
    boats.writer.update(mate, "Boat__c", record_id, {"Name": "Ada"})
    moved = "2026-03-04T05:06:12.089+0000"
    assert read(boats, record_id, "LastModifiedDate", "SystemModstamp", "CreatedDate", "LastModifiedById") == (
        moved,
        moved,
        "2026-03-04T05:06:07.089+0000",
        mate.user_id,
    )
    assert boats.writer.last_modified("Boat__c", record_id) == "2026-03-04T05:06:12.089Z"


def test_a_refused_update_leaves_the_record_as_it_was(boats: LocalOrg, sailor: Actor) -> None:
    record_id = boat(boats, sailor, Length__c=3)
    refusal(boats.writer.update, sailor, "Boat__c", record_id, {"Builder__c": "Bo", "Length__c": -3})
    assert read(boats, record_id, "Builder__c", "Length__c") == ("Unknown", 3.0)


def test_id_does_not_belong_into_an_updates_values(boats: LocalOrg, sailor: Actor) -> None:
    record_id = boat(boats, sailor)
    found = refusal(boats.writer.update, sailor, "Boat__c", record_id, {"Id": record_id})
    assert (found.code, found.message) == ("INVALID_FIELD", "The Id field should not be specified in the sobject data.")


@pytest.mark.parametrize("record_id", ["nonsense", "a00Ls0000000099", "a00Ls0000000099AAA"])
def test_an_unknown_record_is_not_found(boats: LocalOrg, sailor: Actor, record_id: str) -> None:
    found = refusal(boats.writer.update, sailor, "Boat__c", record_id, {})
    assert (found.code, found.status) == ("NOT_FOUND", 404)


def test_a_deleted_record_cannot_be_updated(boats: LocalOrg, sailor: Actor, admin: Actor) -> None:
    record_id = boat(boats, sailor)
    boats.writer.delete(admin, record_id)
    found = refusal(boats.writer.update, sailor, "Boat__c", record_id, {})
    assert (found.code, found.message, found.status) == ("ENTITY_IS_DELETED", "entity is deleted", 404)


def test_an_unknown_object_is_not_found(boats: LocalOrg, sailor: Actor) -> None:
    assert refusal(boats.writer.create, sailor, "Plane__c", {}).status == 404


def test_a_master_cannot_be_changed_unless_the_field_allows_it(boats: LocalOrg, sailor: Actor) -> None:
    first, second = boat(boats, sailor), boat(boats, sailor)
    port = boats.writer.create(sailor, "Harbour__c", {"Name": "Hull"})
    trip = boats.writer.create(sailor, "Trip__c", {"Boat__c": first})
    visit = boats.writer.create(sailor, "Visit__c", {"Boat__c": first, "Harbour__c": port})
    boats.writer.update(sailor, "Visit__c", visit, {"Boat__c": second})
    found = refusal(boats.writer.update, sailor, "Trip__c", trip, {"Boat__c": second})
    assert (found.code, found.fields) == ("INVALID_FIELD_FOR_INSERT_UPDATE", ("Boat__c",))


def test_an_inactive_user_cannot_own_a_record(boats: LocalOrg, sailor: Actor, mate: Actor) -> None:
    boats.writer.update(boats.admin(), "User", mate.user_id, {"IsActive": False})
    found = refusal(boats.writer.create, sailor, "Boat__c", {"OwnerId": mate.user_id})
    assert found.code == "INACTIVE_OWNER_OR_USER"
    assert found.message == f"operation performed with inactive user [{mate.user_id}] as owner of boat"


def test_an_owner_must_be_able_to_read_the_object(boats: LocalOrg, sailor: Actor, guest: Actor) -> None:
    found = refusal(boats.writer.create, sailor, "Boat__c", {"OwnerId": guest.user_id})
    assert found.code == "TRANSFER_REQUIRES_READ"


def test_only_its_owner_gives_a_record_away(boats: LocalOrg, sailor: Actor, mate: Actor) -> None:
    record_id = boat(boats, sailor)
    found = refusal(boats.writer.update, mate, "Boat__c", record_id, {"OwnerId": mate.user_id})
    assert (found.code, found.status) == ("INSUFFICIENT_ACCESS_OR_READONLY", 403)
    boats.writer.update(sailor, "Boat__c", record_id, {"OwnerId": mate.user_id})
    assert read(boats, record_id, "OwnerId") == mate.user_id


def test_an_upsert_creates_once_and_then_updates(boats: LocalOrg, sailor: Actor) -> None:
    first = boats.writer.upsert(sailor, "Harbour__c", "Code__c", "HUL", {"Name": "Hull"})
    second = boats.writer.upsert(sailor, "harbour__c", "code__c", "hul", {"Region__c": "North"})
    assert second == (first[0], False)
    row = boats.reader.read_row(sailor, "Harbour__c", first[0], ["Name", "Code__c", "Region__c"])
    assert (first[1], row) == (True, {"Name": "Hull", "Code__c": "HUL", "Region__c": "North"})


def test_an_upsert_does_not_find_what_was_deleted(boats: LocalOrg, sailor: Actor) -> None:
    first, _ = boats.writer.upsert(sailor, "Harbour__c", "Code__c", "HUL", {"Name": "Hull"})
    boats.writer.delete(sailor, first)
    again, created = boats.writer.upsert(sailor, "Harbour__c", "Code__c", "HUL", {"Name": "Hull"})
    assert (created, again == first) == (True, False)


def test_an_upsert_by_id_updates_or_creates(boats: LocalOrg, sailor: Actor) -> None:
    record_id, created = boats.writer.upsert(sailor, "Boat__c", "Id", None, {"Name": "Ada"})
    assert (created, boats.writer.upsert(sailor, "Boat__c", "Id", record_id, {"Length__c": 2})) == (
        True,
        (record_id, False),
    )


@pytest.mark.parametrize(
    ("key", "value", "values", "code"),
    [
        ("Code__c", None, {}, "MISSING_ARGUMENT"),
        ("Code__c", "  ", {}, "MISSING_ARGUMENT"),
        ("Region__c", "North", {}, "NOT_FOUND"),
        ("Nope__c", "X", {}, "NOT_FOUND"),
        ("Code__c", "X", {"code__c": "X"}, "INVALID_FIELD"),
        ("Id", "a00Ls0000000099", {}, "NOT_FOUND"),
    ],
)
def test_an_upsert_is_refused(
    boats: LocalOrg, sailor: Actor, key: str, value: str | None, values: dict[str, Any], code: str
) -> None:
    assert refusal(boats.writer.upsert, sailor, "Harbour__c", key, value, values).code == code


def test_an_upsert_that_matches_two_records_is_refused(boats: LocalOrg, sailor: Actor) -> None:
    ids = [boat(boats, sailor, Builder__c="Bo") for _ in range(2)]
    found = refusal(boats.writer.upsert, sailor, "Boat__c", "Builder__c", "bo", {})
    assert (found.code, found.status) == ("DUPLICATE_EXTERNAL_ID", 300)
    assert all(record_id in found.message for record_id in ids)


def test_many_records_are_added_all_or_none(boats: LocalOrg, sailor: Actor) -> None:
    rows = [{"Name": f"Boat {n}", "Length__c": n} for n in (1, 2, 0)]
    assert refusal(boats.insert_many, sailor, "Boat__c", rows).message == "The length must be positive."
    assert len(boats.insert_many(sailor, "Boat__c", rows[:2])) == 2
    assert [row["Name"] for row in boats.storage.rows("Boat__c")] == ["Boat 1", "Boat 2"]


def test_a_batch_is_checked_against_itself(boats: LocalOrg, sailor: Actor) -> None:
    rows = [{"Name": "Hull", "Code__c": "HUL"}, {"Name": "Hell", "Code__c": "hul"}]
    assert refusal(boats.insert_many, sailor, "Harbour__c", rows).code == "DUPLICATE_VALUE"


def test_a_transaction_keeps_all_or_nothing(boats: LocalOrg, sailor: Actor) -> None:
    def write_two() -> None:
        with boats.transaction():
            boat(boats, sailor)
            boat(boats, sailor, Length__c=-1)

    refusal(write_two)
    assert list(boats.storage.rows("Boat__c")) == []


def test_the_same_seed_gives_the_same_records(boats: LocalOrg, sailor: Actor) -> None:
    twins = [boats.clone(boats.clock) for _ in range(2)]
    for twin in twins:
        boat(twin, sailor)
        boat(twin, sailor, Builder__c="Bo")
    first, second = (list(twin.storage.rows("Boat__c")) for twin in twins)
    assert first == second
    assert list(boats.storage.rows("Boat__c")) == []


def test_another_seed_gives_other_ids() -> None:
    ids = {LocalOrg.install(None, seed=seed).org_id for seed in (0, 1)}
    assert len(ids) == 2


def test_threads_write_one_after_the_other(boats: LocalOrg, sailor: Actor) -> None:
    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(lambda n: boat(boats, sailor, Builder__c=str(n)), range(40)))
    assert len(set(ids)) == len(list(boats.storage.rows("Boat__c"))) == 40
