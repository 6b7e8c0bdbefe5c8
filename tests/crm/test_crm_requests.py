from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from service.crm import requests
from service.crm.answers import (
    Answer,
    Deleted,
    Described,
    Landed,
    NotModified,
    OutOfStep,
    Page,
    RowResult,
    Updated,
    moment,
)
from service.crm.errors import RowError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE = datetime(2026, 3, 1, 13, tzinfo=UTC)


def answer(body=None, *, status=200, **headers):
    return Answer(status=status, body=body, headers=headers)


def test_a_window_is_asked_for_in_utc():
    request = requests.updated_since("Account", start=NOON.astimezone(timezone(timedelta(hours=5))), end=ONE)
    assert request.path == (
        "sobjects/Account/updated/?start=2026-03-01T12%3A00%3A00%2B00%3A00&end=2026-03-01T13%3A00%3A00%2B00%3A00"
    )


def test_a_window_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        requests.updated_since("Account", start=datetime(2026, 1, 1), end=NOON)  # noqa: DTZ001


def test_updates_come_with_the_moment_they_cover():
    body = {"ids": ["001A"], "latestDateCovered": "2026-03-01T12:59:00.000+0000"}
    updated = requests.updated_since("Account", start=NOON, end=ONE).parse(answer(body))
    assert updated == Updated(ids=("001A",), latest=datetime(2026, 3, 1, 12, 59, tzinfo=UTC))


def test_deletions_come_with_their_times():
    body = {
        "deletedRecords": [{"id": "001A", "deletedDate": "2026-03-01T12:30:00.000+0000"}],
        "earliestDateAvailable": "2026-02-15T00:00:00.000+0000",
        "latestDateCovered": "2026-03-01T13:00:00.000+0000",
    }
    assert requests.deleted_since("Account", start=NOON, end=ONE).parse(answer(body)) == Deleted(
        rows=(("001A", datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),),
        earliest=datetime(2026, 2, 15, tzinfo=UTC),
        latest=ONE,
    )


def test_the_schema_is_asked_for_only_if_it_changed():
    request = requests.describe_global(modified_since=NOON)
    assert request.headers == (("If-Modified-Since", "Sun, 01 Mar 2026 12:00:00 GMT"),)
    assert request.parse(answer(status=304)) == NotModified()


def test_the_schema_comes_with_the_moment_of_its_change():
    request = requests.describe_global()
    assert request.headers == ()
    described = request.parse(answer({"sobjects": []}, **{"last-modified": "Sun, 01 Mar 2026 12:00:00 GMT"}))
    assert described == Described(sobjects=(), modified=NOON)
    assert request.parse(answer({"sobjects": []})) == Described(sobjects=(), modified=None)


def test_records_are_read_by_post_in_order():
    request = requests.retrieve("Account", ["001A", "001B"], ["Id", "Name"])
    assert (request.method, request.path) == ("POST", "composite/sobjects/Account")
    assert request.body == {"ids": ["001A", "001B"], "fields": ["Id", "Name"]}
    assert request.parse(answer([{"Id": "001A"}, None])) == [{"Id": "001A"}, None]


def test_a_query_is_paged_by_its_next_url():
    request = requests.query("SELECT Id FROM Account WHERE Name = 'a+b&c'")
    assert request.path == "query?q=SELECT+Id+FROM+Account+WHERE+Name+%3D+%27a%2Bb%26c%27"
    body = {"records": [{"Id": "001A"}], "totalSize": 2, "nextRecordsUrl": "/services/data/v68.0/query/01g-2000"}
    page = request.parse(answer(body))
    assert page == Page(rows=[{"Id": "001A"}], total=2, next="/services/data/v68.0/query/01g-2000")
    assert requests.next_page(page.next).path == "query/01g-2000"


def test_a_query_of_the_recycle_bin_goes_to_its_own_resource():
    assert requests.query("SELECT Id FROM Account", deleted=True).path.startswith("queryAll?")


def test_rows_are_created_with_their_type():
    request = requests.create_rows("Account", [{"Name": "Acme", "Score__c": Decimal("1.5")}])
    assert request.body == {
        "allOrNone": False,
        "records": [{"attributes": {"type": "Account"}, "Name": "Acme", "Score__c": Decimal("1.5")}],
    }


def test_rows_are_updated_by_their_id():
    request = requests.update_rows("Account", [{"Id": "001A", "Name": "Acme"}])
    assert request.body["records"] == [{"attributes": {"type": "Account"}, "id": "001A", "Name": "Acme"}]


def test_rows_are_upserted_by_an_external_id():
    request = requests.upsert_rows("Account", "Plansync_Id__c", [{"Plansync_Id__c": "u1"}])
    assert (request.method, request.path) == ("PATCH", "composite/sobjects/Account/Plansync_Id__c")


def test_rows_are_deleted_by_their_ids():
    assert requests.delete_rows(["001A", "001B"]).path == "composite/sobjects?ids=001A,001B&allOrNone=false"


def test_each_row_of_a_write_has_its_own_result():
    error = {"statusCode": "STRING_TOO_LONG", "message": "too long", "fields": ["Name"]}
    body = [
        {"id": "001A", "success": True, "created": True, "errors": []},
        {"success": False, "errors": [error]},
    ]
    assert requests.create_rows("Account", [{}, {}]).parse(answer(body)) == (
        RowResult(id="001A", success=True, created=True),
        RowResult(id=None, success=False, errors=(RowError("STRING_TOO_LONG", "too long", ("Name",)),)),
    )


@pytest.mark.parametrize(
    "build",
    [
        lambda: requests.create_rows("Account", [{}] * 201),
        lambda: requests.create_rows("Account", []),
        lambda: requests.delete_rows(["001"] * 201),
        lambda: requests.retrieve("Account", ["001"] * 2001, ["Id"]),
        lambda: requests.retrieve("Account", [], ["Id"]),
    ],
)
def test_a_collection_past_its_size_is_never_built(build):
    with pytest.raises(ValueError, match="items in a request that takes 1 to"):
        build()


def test_an_external_id_is_quoted_in_its_path():
    request = requests.upsert_row("Account", ("Plansync_Id__c", "a/b c"), {"Name": "Acme"})
    assert request.path == "sobjects/Account/Plansync_Id__c/a%2Fb%20c"
    assert request.parse(answer(status=204)) == RowResult(id=None, success=True, created=False)


def test_a_conditional_update_carries_its_moment():
    request = requests.update_row("Account", "001A", {"Name": "Acme"}, unmodified_since=NOON)
    assert request.headers == (("If-Unmodified-Since", "Sun, 01 Mar 2026 12:00:00 GMT"),)


def test_an_update_without_a_condition_has_no_header():
    assert requests.update_row("Account", "001A", {"Name": "Acme"}).headers == ()


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (204, None, Landed()),
        (412, [{"errorCode": "PRECONDITION_FAILED", "message": "changed"}], OutOfStep()),
        (
            400,
            [{"errorCode": "STRING_TOO_LONG", "message": "too long", "fields": ["Name"]}],
            RowError("STRING_TOO_LONG", "too long", ("Name",)),
        ),
        (404, [], RowError("HTTP_404", "Salesforce gave no reason")),
    ],
)
def test_a_conditional_update_is_answered_with_a_value(status, body, meaning):
    request = requests.update_row("Account", "001A", {"Name": "Acme"}, unmodified_since=NOON)
    assert request.parse(answer(body, status=status)) == meaning


@pytest.mark.req("P4")
def test_only_reads_may_be_sent_twice():
    reads = [
        requests.retrieve("Account", ["001A"], ["Id"]),
        requests.query("SELECT Id FROM Account"),
        requests.describe("Account"),
    ]
    writes = [
        requests.create_rows("Account", [{}]),
        requests.update_rows("Account", [{"Id": "001A"}]),
        requests.upsert_rows("Account", "Key__c", [{}]),
        requests.delete_rows(["001A"]),
        requests.create_row("Account", {}),
        requests.update_row("Account", "001A", {}),
    ]
    assert all(request.repeatable for request in reads)
    assert not any(request.repeatable for request in writes)


@pytest.mark.parametrize(
    "text", ["2026-03-01T12:00:00.000+0000", "2026-03-01T12:00:00.000Z", "2026-03-01T13:00:00+01:00"]
)
def test_both_of_salesforces_datetimes_are_read(text):
    assert moment(text) == NOON
