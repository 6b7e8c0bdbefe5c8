"""Pages with fewer rows than were asked for, which Salesforce may always give."""

from __future__ import annotations

import csv

import pytest

from service.localorg.faults.kinds import Fault
from service.localorg.org import LocalOrg
from tests.localorg.http.calling import Caller

NAMES = [f"P{number:03}" for number in range(450)]
QUERY = "SELECT Name FROM Project__c ORDER BY Name"


@pytest.fixture(autouse=True)
def _records(org: LocalOrg) -> None:
    org.insert_many(org.admin(), "Project__c", [{"Name": name} for name in NAMES])
    org.faults.set(seed=3, rates={"short_page": 1})


def test_a_query_has_short_pages_and_all_rows(org: LocalOrg, editor: Caller) -> None:
    pages = [editor("GET", f"query?q={QUERY}").json]
    while not pages[-1]["done"]:
        pages.append(editor("GET", pages[-1]["nextRecordsUrl"]).json)

    sizes = [len(page["records"]) for page in pages]
    assert [record["Name"] for page in pages for record in page["records"]] == NAMES
    assert len(sizes) > 2
    assert len(set(sizes)) > 1, "each page has a size of its own"
    assert org.faults.counts == {Fault.SHORT_PAGE: len(sizes)}


def test_bulk_results_have_short_pages_and_all_rows(editor: Caller) -> None:
    job = editor("POST", "jobs/query", json={"operation": "query", "query": QUERY}).json
    editor("GET", f"jobs/query/{job['id']}")
    locator, pages = "", []
    while locator != "null":
        answer = editor("GET", f"jobs/query/{job['id']}/results?locator={locator}")
        header, *rows = csv.reader(answer.text.splitlines())
        assert header == ["Name"]
        assert answer.headers["Sforce-NumberOfRecords"] == str(len(rows))
        pages.append([name for (name,) in rows])
        locator = answer.headers["Sforce-Locator"]

    assert [name for page in pages for name in page] == NAMES
    assert len(pages) > 2


def test_a_page_is_never_longer_than_what_was_asked_for(editor: Caller) -> None:
    job = editor("POST", "jobs/query", json={"operation": "query", "query": QUERY}).json
    editor("GET", f"jobs/query/{job['id']}")

    answer = editor("GET", f"jobs/query/{job['id']}/results?maxRecords=1")

    assert answer.headers["Sforce-NumberOfRecords"] == "1"
