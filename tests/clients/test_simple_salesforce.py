"""simple-salesforce, unmodified, against the org over TLS."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceMalformedRequest,
    SalesforceOperationError,
    SalesforceResourceNotFound,
)

from service.localorg.clock import Clock
from service.localorg.http.app import App, create_app
from service.localorg.org import LocalOrg
from service.localorg.server import Server
from tests.localorg.http.calling import EDITOR, NOW, PACKAGE


@pytest.fixture(scope="module")
def app() -> App:
    org = LocalOrg.install(PACKAGE, clock=Clock(NOW))
    org.add_user(EDITOR, name="Eddy Editor", permission_sets=["Project_Editor"])
    rows = ({"Name": f"Project {at:05}", "Key__c": f"k-{at}"} for at in range(2_500))
    org.insert_many(org.actor(org.user_id(EDITOR)), "Project__c", rows)
    app = create_app(org)
    app.api.clients.register("client", "secret", run_as=EDITOR)
    app.api.passwords.set(org.user_id(EDITOR), "a <good> word", "TOKEN")
    return app


@pytest.fixture(scope="module")
def server(app: App, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(app, tls=tmp_path_factory.mktemp("tls")) as server:
        yield server


@pytest.fixture
def session(server: Server) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False  # REQUESTS_CA_BUNDLE would win over `verify`
        session.verify = str(server.ca_file)
        yield session


@pytest.fixture
def sf(app: App, server: Server, session: requests.Session) -> Salesforce:
    token = app.api.sessions.open(app.api.org.user_id(EDITOR))
    return Salesforce(instance_url=server.url, session_id=token, version="68.0", session=session)


def test_rows_are_created_read_changed_and_deleted(sf: Salesforce) -> None:
    created = sf.Project__c.create({"Name": "Apollo", "Budget__c": 1})
    sf.Project__c.update(created["id"], {"Budget__c": 2})
    record = sf.Project__c.get(created["id"])
    sf.Project__c.delete(created["id"])

    assert (created["success"], record["Budget__c"]) == (True, 2.0)
    with pytest.raises(SalesforceResourceNotFound):
        sf.Project__c.get(created["id"])


def test_rows_are_upserted_and_read_by_their_key(sf: Salesforce) -> None:
    assert sf.Project__c.upsert("Key__c/new", {"Name": "Apollo"}) == 201
    assert sf.Project__c.upsert("Key__c/new", {"Name": "Gemini"}) == 200
    record = sf.Project__c.get_by_custom_id("Key__c", "new")
    sf.Project__c.delete(record["Id"])

    assert record["Name"] == "Gemini"


def test_a_refusal_reaches_the_caller(sf: Salesforce) -> None:
    with pytest.raises(SalesforceMalformedRequest) as refused:
        sf.Project__c.create({"Name": "Apollo", "Budget__c": -1})

    assert refused.value.content[0]["errorCode"] == "FIELD_CUSTOM_VALIDATION_EXCEPTION"


def test_query_all_follows_the_pages(sf: Salesforce) -> None:
    found = sf.query_all("SELECT Id, Name FROM Project__c ORDER BY Name")

    assert (found["totalSize"], found["done"], len(found["records"])) == (2_500, True, 2_500)
    assert found["records"][-1]["Name"] == "Project 02499"


def test_query_more_reads_the_next_page(sf: Salesforce) -> None:
    first = sf.query("SELECT Id FROM Project__c")
    second = sf.query_more(first["nextRecordsUrl"], identifier_is_url=True)

    assert (len(first["records"]), len(second["records"]), second["done"]) == (2_000, 500, True)


def test_describes_are_read(sf: Salesforce) -> None:
    names = [sobject["name"] for sobject in sf.describe()["sobjects"]]
    fields = [field["name"] for field in sf.Project__c.describe()["fields"]]

    assert "Project__c" in names
    assert "Double_Budget__c" in fields


def test_changes_are_listed(sf: Salesforce) -> None:
    window = NOW - timedelta(minutes=5), NOW + timedelta(minutes=1)

    updated, deleted = sf.Project__c.updated(*window), sf.Project__c.deleted(*window)

    assert len(updated["ids"]) == 2_500
    assert "deletedRecords" in deleted


def test_a_bulk_query_is_paged_through(sf: Salesforce) -> None:
    pages = list(sf.bulk2.Project__c.query("SELECT Id, Name FROM Project__c", max_records=1_000, wait=0))

    rows = [row for page in pages for row in csv.DictReader(StringIO(page))]
    assert (len(pages), len(rows), len({row["Id"] for row in rows})) == (3, 2_500, 2_500)


def test_a_bulk_query_is_downloaded(sf: Salesforce, tmp_path: Path) -> None:
    files = sf.bulk2.Project__c.download("SELECT Id FROM Project__c", path=str(tmp_path), wait=0)

    assert sum(file["number_of_records"] for file in files) == 2_500


def test_the_limits_and_the_usage_are_read(sf: Salesforce) -> None:
    assert sf.limits()["DailyApiRequests"]["Max"] == 100_000
    assert sf.api_usage["api-usage"].total == 100_000


def test_a_login_with_client_credentials(server: Server, session: requests.Session) -> None:
    session.mount("https://", _Rerouted(server.url))

    sf = Salesforce(consumer_key="client", consumer_secret="secret", domain="acme.my", version="68.0", session=session)

    assert sf.query("SELECT COUNT() FROM Project__c")["totalSize"] >= 2_500


@pytest.mark.parametrize(
    "presented",
    [
        {"password": "a <good> word", "security_token": "TOKEN"},
        {"password": "a <good> wordTOKEN", "consumer_key": "client", "consumer_secret": "secret"},
    ],
    ids=["SOAP", "OAuth"],
)
def test_a_login_with_a_password(server: Server, session: requests.Session, presented: dict[str, str]) -> None:
    session.mount("https://", _Rerouted(server.url))

    sf = Salesforce(username=EDITOR, version="64.0", session=session, **presented)

    assert sf.query("SELECT COUNT() FROM Project__c")["totalSize"] >= 2_500


def test_a_wrong_password_is_refused_in_words(server: Server, session: requests.Session) -> None:
    session.mount("https://", _Rerouted(server.url))

    with pytest.raises(SalesforceAuthenticationFailed) as refused:
        Salesforce(username=EDITOR, password="wrong", security_token="", version="64.0", session=session)

    assert refused.value.code == "INVALID_LOGIN"


class TestBulkIngest:
    """sf.bulk2: files up, and the three sets of results down."""

    def test_rows_are_inserted(self, sf: Salesforce) -> None:
        records = [{"Name": "Apollo", "Key__c": f"i-{at}", "Budget__c": at - 1} for at in range(3)]

        (job,) = sf.bulk2.Project__c.insert(records=records, wait=0)

        assert (job["numberRecordsProcessed"], job["numberRecordsFailed"], job["numberRecordsTotal"]) == (3, 1, 3)
        results = sf.bulk2.Project__c.get_all_ingest_records(job["job_id"])
        assert [row["Key__c"] for row in results["successfulRecords"]] == ["i-1", "i-2"]
        assert {row["sf__Created"] for row in results["successfulRecords"]} == {"true"}
        (failed,) = results["failedRecords"]
        assert failed["sf__Error"].startswith("FIELD_CUSTOM_VALIDATION_EXCEPTION:A budget cannot be negative.")
        assert results["unprocessedRecords"] == []

    def test_rows_are_upserted_changed_and_deleted(self, sf: Salesforce) -> None:
        projects = sf.bulk2.Project__c
        keys = [{"Key__c": key, "Name": "Gemini"} for key in ("u-1", "u-2")]

        (job,) = projects.upsert(records=keys, external_id_field="Key__c", wait=0)
        ids = [row["sf__Id"] for row in rows(projects.get_successful_records(job["job_id"]))]
        (changed,) = projects.update(
            records=[{"Id": each, "Name": "Mercury", "Notes__c": "#N/A"} for each in ids], wait=0
        )
        names = [sf.Project__c.get(each)["Name"] for each in ids]
        (deleted,) = projects.delete(records=[{"Id": each} for each in ids], wait=0)

        assert [each["numberRecordsFailed"] for each in (job, changed, deleted)] == [0, 0, 0]
        assert names == ["Mercury", "Mercury"]
        found = sf.query_all(
            "SELECT Id FROM Project__c WHERE IsDeleted = true AND Key__c LIKE 'u-%'", include_deleted=True
        )
        assert found["totalSize"] == 2

    def test_files_are_split_into_jobs_and_all_arrive(self, sf: Salesforce, tmp_path: Path) -> None:
        file = tmp_path / "projects.csv"
        file.write_text("Name,Key__c\n" + "".join(f"Project,f-{at}\n" for at in range(1_000)))

        jobs = sf.bulk2.Project__c.insert(str(file), batch_size=400, wait=0)

        assert [job["numberRecordsProcessed"] for job in jobs] == [400, 400, 200]
        assert sf.query("SELECT COUNT() FROM Project__c WHERE Key__c LIKE 'f-%'")["totalSize"] == 1_000

    def test_a_job_that_fails_says_why_and_leaves_its_rows(self, sf: Salesforce) -> None:
        projects = sf.bulk2.Project__c
        job = projects._client.create_job("insert")
        projects._client.upload_job_data(job["id"], "Nothing__c\n1\n")
        projects._client.close_job(job["id"])

        with pytest.raises(SalesforceOperationError, match="Field name not found : Nothing__c"):
            projects._client.wait_for_job(job["id"], is_query=False, wait=0)

        assert rows(projects.get_unprocessed_records(job["id"])) == [{"Nothing__c": "1"}]


def test_the_conditions_of_a_read_can_be_asked(sf: Salesforce, app: App) -> None:
    user_id = app.api.org.user_id(EDITOR)
    record_id = sf.query("SELECT Id FROM Project__c LIMIT 1")["records"][0]["Id"]
    where = f"UserId = '{user_id}' AND RecordId = '{record_id}'"

    found = sf.query(f"SELECT RecordId, MaxAccessLevel FROM UserRecordAccess WHERE {where}")

    assert found["records"][0]["MaxAccessLevel"] == "All"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


class _Rerouted(HTTPAdapter):
    """Send what goes to *.salesforce.com to the local server."""

    def __init__(self, base: str) -> None:
        self._base = base
        super().__init__()

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        url = urlsplit(str(request.url))
        request.url = f"{self._base}{url.path}?{url.query}"
        return super().send(request, *args, **options)
