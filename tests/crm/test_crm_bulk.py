import json
import tracemalloc

import pytest
import requests as library
from responses import matchers

from service.crm.answers import moment
from service.crm.client import Client
from service.crm.errors import Refused, Retryable
from service.crm.login import AccessToken
from tests.crm.conftest import DATA, ORG
from tests.wsgi_transport import WsgiAdapter

JOBS = f"{DATA}jobs/query"
JOB = f"{JOBS}/750A"
RESULTS = f"{JOB}/results"
SOQL = "SELECT Id, Name FROM Account"


def page(org, text, *, records, locator="null", asked=None, **more):
    query = {"maxRecords": "250000"} | ({"locator": asked} if asked else {})
    headers = {"Sforce-Locator": locator, "Sforce-NumberOfRecords": str(records)} | more.pop("headers", {})
    match = [matchers.query_param_matcher(query)]
    org.get(RESULTS, body=text.encode(), headers=headers, match=match, content_type="text/csv", **more)


@pytest.fixture
def job(org):
    """A job that is done at the first poll."""
    org.post(JOBS, json={"id": "750A", "state": "UploadComplete"})
    org.get(JOB, json={"id": "750A", "state": "JobComplete"})
    return org


def discarded(org):
    """Expect the job to be aborted, which a finished job refuses, and deleted."""
    org.patch(JOB, status=400, json=[{"errorCode": "INVALIDJOBSTATE", "message": "done"}])
    org.delete(JOB, status=204)


def read(client, **more):
    with client.bulk_query(SOQL, **more) as (header, rows, _):
        return header, list(rows)


def test_a_query_is_streamed_page_by_page_in_few_calls(client, job):
    page(job, 'Id,Name\n001A,"A, ""B"""\n', records=1, locator="two")
    page(job, "Id,Name\n001B,\n", records=1, asked="two")
    assert read(client) == (["Id", "Name"], [["001A", 'A, "B"'], ["001B", ""]])
    assert client.api_calls == 4


@pytest.mark.req("P1")
def test_rows_may_be_as_old_as_their_job_however_long_it_takes(client, org):
    org.post(JOBS, json={"id": "750A", "state": "UploadComplete"}, headers={"Date": "Sun, 01 Mar 2026 12:00:00 GMT"})
    org.get(JOB, json={"id": "750A", "state": "JobComplete"}, headers={"Date": "Sun, 01 Mar 2026 12:10:00 GMT"})
    page(org, "Id,Name\n", records=0)
    with client.bulk_query(SOQL) as bulk:
        assert bulk.asked_at == moment("2026-03-01T12:00:00Z")
    assert client.org_time == moment("2026-03-01T12:10:00Z")


@pytest.mark.parametrize(("deleted", "operation"), [(False, "query"), (True, "queryAll")])
def test_a_job_says_what_it_wants(client, job, deleted, operation):
    page(job, "Id,Name\n", records=0)
    read(client, deleted=deleted)
    asked = json.loads(job.calls[0].request.body)
    assert (asked["operation"], asked["query"], asked["lineEnding"]) == (operation, SOQL, "LF")


@pytest.mark.req("P12")
def test_values_keep_their_line_breaks_and_signs(client, job):
    page(job, 'Id,Name\n001A,"one\ntwo\r\n😀"\n', records=1)
    assert read(client)[1] == [["001A", "one\ntwo\r\n😀"]]


@pytest.mark.req("P12")
def test_the_longest_text_of_a_field_fits(client, job):
    page(job, f"Id,Name\n001A,{'x' * 131_072}", records=1)
    assert len(read(client)[1][0][1]) == 131_072


@pytest.mark.parametrize("text", ["", "Id,Name\n"])
def test_a_query_that_finds_nothing_has_no_rows(client, job, text):
    page(job, text, records=0)
    assert read(client)[1] == []


def test_an_org_that_does_not_count_its_records_is_believed(client, job):
    job.get(RESULTS, body="Id,Name\n001A,x\n")
    assert read(client)[1] == [["001A", "x"]]


@pytest.mark.parametrize(
    ("expected", "waited"),
    [(0, [0.5, 0.75, 1.125]), (100_000, [5.0, 7.5, 11.25]), (10_000_000, [30.0, 45.0, 60.0])],
)
def test_the_first_wait_follows_the_expected_size_and_the_next_grow(client, org, waits, expected, waited):
    org.post(JOBS, json={"id": "750A"})
    for state in ("UploadComplete", "InProgress", "JobComplete"):
        org.get(JOB, json={"state": state})
    page(org, "Id,Name\n", records=0)
    read(client, expected_rows=expected)
    assert waits == waited


@pytest.mark.req("P10")
def test_a_job_that_never_ends_is_given_up_and_discarded(client, org, waits):
    org.post(JOBS, json={"id": "750A"})
    org.get(JOB, json={"state": "InProgress"})
    discarded(org)
    with pytest.raises(Retryable, match="not done after an hour"):
        read(client)
    assert 3600 <= sum(waits) < 3700


@pytest.mark.parametrize("state", ["Failed", "Aborted"])
def test_a_job_that_fails_says_why_and_is_discarded(client, org, state):
    org.post(JOBS, json={"id": "750A"})
    org.get(JOB, json={"state": state, "errorMessage": "QUERY_TIMEOUT"})
    discarded(org)
    with pytest.raises(Refused, match=f"BULK_JOB_{state.upper()}: QUERY_TIMEOUT"):
        read(client)


def test_a_query_that_is_refused_makes_no_job(client, org):
    org.post(JOBS, status=400, json=[{"errorCode": "API_ERROR", "message": "MALFORMED_QUERY"}])
    with pytest.raises(Refused, match="MALFORMED_QUERY"):
        read(client)


MANY = [[f"001{n:015}", "Acme"] for n in range(10_000)]
WHOLE = "Id,Name\n" + "".join(f"{record_id},{name}\n" for record_id, name in MANY)
BROKEN = {"headers": {"Content-Length": str(len(WHOLE))}}


def test_a_page_that_breaks_off_is_read_on_from_there(client, job):
    page(job, WHOLE[:200_000], records=10_000, **BROKEN)
    page(job, WHOLE, records=10_000)
    assert read(client)[1] == MANY


def test_a_later_page_that_breaks_off_is_read_on_from_there(client, job):
    page(job, "Id,Name\n001A,a\n", records=1, locator="two")
    page(job, "Id,Name\n001", records=10_000, asked="two", **BROKEN)
    page(job, WHOLE[:200_000], records=10_000, asked="two", **BROKEN)
    page(job, WHOLE, records=10_000, asked="two")
    assert read(client)[1] == [["001A", "a"], *MANY]


def test_a_page_that_keeps_breaking_off_is_an_error(client, job):
    page(job, WHOLE[:200_000], records=10_000, **BROKEN)
    discarded(job)
    with pytest.raises(Retryable, match=r"break off after 8\d\d\d of 10000 rows"):
        read(client)


def test_a_page_with_fewer_rows_than_announced_is_an_error(client, job):
    page(job, "Id,Name\n001A,a\n", records=2)
    discarded(job)
    with pytest.raises(Retryable, match="break off after 1 of 2 rows"):
        read(client)


def test_a_reader_that_stops_by_an_error_leaves_no_job_behind(client, job):
    def stop():
        with client.bulk_query(SOQL) as (_, rows, _):
            raise LookupError(next(rows))

    page(job, "Id,Name\n001A,a\n", records=1)
    discarded(job)
    with pytest.raises(LookupError, match="001A"):
        stop()


def test_a_job_that_cannot_be_discarded_does_not_hide_the_first_error(client, org):
    org.post(JOBS, json={"id": "750A"})
    org.get(JOB, json={"state": "Failed", "errorMessage": "first"})
    org.patch(JOB, body=library.ReadTimeout())
    with pytest.raises(Refused, match="first"):
        read(client)


def test_memory_stays_flat_whatever_the_size():
    def peak(records):
        def app(environ, start_response):
            start_response("200 OK", [("Sforce-Locator", "null"), ("Sforce-NumberOfRecords", str(records))])
            return [body]

        body = b"Id,Name\n" + b"001000000000000AAA,Acme\n" * records
        client = Client(AccessToken(token="t", instance_url=ORG), sleep=lambda _: None)
        client.session.mount(ORG, WsgiAdapter(jobs(app)))
        with client.bulk_query(SOQL) as (_, rows, _):
            tracemalloc.start()
            assert sum(1 for _ in rows) == records
            used = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return used

    assert peak(150_000) < 1.1 * peak(30_000)


def jobs(results):
    """A WSGI app whose jobs are done at once."""

    def app(environ, start_response):
        if environ["PATH_INFO"].endswith("/results"):
            return results(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"id": "750A", "state": "JobComplete"}']

    return app
