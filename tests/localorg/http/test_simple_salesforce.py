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
from simple_salesforce.exceptions import SalesforceMalformedRequest, SalesforceResourceNotFound

from service.localorg.http.app import App, create_app
from service.localorg.org import LocalOrg
from service.localorg.server import Server
from tests.localorg.http.calling import EDITOR, NOW


@pytest.fixture(scope="module")
def app(installed: LocalOrg) -> App:
    org = installed.clone(installed.clock)
    rows = ({"Name": f"Project {at:05}", "Key__c": f"k-{at}"} for at in range(2_500))
    org.insert_many(org.actor(org.user_id(EDITOR)), "Project__c", rows)
    app = create_app(org)
    app.api.clients.register("client", "secret", run_as=EDITOR)
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

    assert sf.query("SELECT COUNT() FROM Project__c")["totalSize"] == 2_500


class _Rerouted(HTTPAdapter):
    """Send what goes to *.salesforce.com to the local server."""

    def __init__(self, base: str) -> None:
        self._base = base
        super().__init__()

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        url = urlsplit(str(request.url))
        request.url = f"{self._base}{url.path}?{url.query}"
        return super().send(request, *args, **options)
