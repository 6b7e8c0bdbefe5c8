"""Faults over a real socket, and our own client among them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier

import pytest
import requests as road

from service.crm import requests
from service.crm.client import Client
from service.crm.login import ClientCredentials, Grant, Post
from service.crm.session import SessionSettings
from service.localorg.http.app import App
from service.localorg.org import LocalOrg
from service.localorg.server import Server
from tests.localorg.http.calling import EDITOR, ROOT, Caller, fetch

THREADS, ROWS = 8, 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(params=["plain", "tls"])
def server(app: App, folder: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    with Server(app, tls=folder if request.param == "tls" else None) as server:
        yield server


def names(org: LocalOrg) -> Counter[str]:
    return Counter(row["Name"] for row in org.storage.rows("Project__c"))


def post(server: Server, editor: Caller) -> road.Response:
    return fetch(
        "POST",
        f"{server.url}{ROOT}/sobjects/Project__c",
        json={"Name": "Apollo"},
        headers={"Authorization": f"Bearer {editor.token}"},
        verify=str(server.ca_file) if server.ca_file else True,
    )


@pytest.mark.parametrize(("fault", "landed"), [("lost_answer", 1), ("not_sent", 0)])
def test_the_connection_is_closed_without_an_answer(
    org: LocalOrg, server: Server, editor: Caller, fault: str, landed: int
) -> None:
    org.faults.once(fault)

    with pytest.raises(road.ConnectionError, match=r"aborted|closed|reset|EOF"):
        post(server, editor)

    assert names(org).total() == landed
    assert post(server, editor).status_code == 201


def test_the_connection_is_closed_within_a_body(org: LocalOrg, server: Server, editor: Caller) -> None:
    org.faults.once("torn")

    with pytest.raises(road.exceptions.ChunkedEncodingError, match=r"IncompleteRead|broken"):
        post(server, editor)

    assert names(org).total() == 1


def test_the_connection_is_closed_within_bulk_results(org: LocalOrg, app: App, editor: Caller) -> None:
    org.insert_many(org.admin(), "Project__c", [{"Name": "Apollo", "Notes__c": "x" * 1000}] * 200)
    job = editor("POST", "jobs/query", json={"operation": "query", "query": "SELECT Notes__c FROM Project__c"}).json
    editor("GET", f"jobs/query/{job['id']}")
    org.faults.once("torn")

    with Server(app) as server, pytest.raises(road.exceptions.ChunkedEncodingError):
        fetch(
            "GET",
            f"{server.url}{ROOT}/jobs/query/{job['id']}/results",
            headers={"Authorization": f"Bearer {editor.token}"},
        )


def test_a_slow_answer_is_waited_for_where_the_clock_runs(
    org: LocalOrg, editor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("service.localorg.clock.time.sleep", waited.append)
    org.clock.run()
    org.faults.set(rates={"slow": 1}, seconds=2.5)

    assert editor("GET", "sobjects").status_code == 200
    assert waited == [2.5]


@dataclass
class CountingLogin:
    """A login that renews, and tells how often it was used."""

    login: ClientCredentials
    used: list[str] = field(default_factory=list)

    def sign_in(self, post: Post) -> Grant:
        grant = self.login.sign_in(post)
        self.used.append(grant.token)
        return grant


@pytest.mark.req("P4")
def test_threads_whose_session_expires_share_one_sign_in_and_lose_nothing(
    app: App, org: LocalOrg, server: Server
) -> None:
    app.api.clients.register("threads", "secret", None, EDITOR)
    login = CountingLogin(ClientCredentials(my_domain=server.url, client_id="threads", secret="secret"))
    client = Client(login, settings=SessionSettings(ca_file=server.ca_file))
    together = Barrier(THREADS, action=lambda: org.faults.once("expired_session"))
    client.session.grant()

    def work(thread: int) -> None:
        together.wait()
        for number in range(ROWS):
            client.call(requests.create_rows("Project__c", [{"Name": f"{thread}.{number}"}]))

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(work, range(THREADS)))

    assert names(org) == {f"{thread}.{number}": 1 for thread in range(THREADS) for number in range(ROWS)}
    assert len(login.used) == 2
    assert all(re.match(r"00D\w+!", token) for token in login.used)
    client.session.close()
