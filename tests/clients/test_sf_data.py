"""The sf command line, unmodified: signing in, reading and loading rows."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from service.localorg.http.app import App
from service.localorg.org import ADMIN
from service.localorg.server import Server
from tests.clients.conftest import admin_token
from tests.clients.node import Sf
from tests.localorg.http.test_sign_in import certificate


@pytest.fixture(scope="module")
def url(boats: App) -> Iterator[str]:
    with Server(boats) as server:
        yield server.url


@pytest.fixture(scope="module")
def alias(boats: App, sf: Sf, url: str) -> str:
    """The name by which sf knows the org of boats."""
    login = ("org", "login", "access-token", "--instance-url", url, "--no-prompt", "--alias", "boats")
    done = sf(*login, SF_ACCESS_TOKEN=admin_token(boats))
    assert (done["status"], done["result"]["username"]) == (0, ADMIN), done
    return "boats"


def test_an_assertion_signs_a_user_in(boats: App, sf: Sf, url: str, tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path / "server.key"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    boats.api.clients.register("sf", certificate_pem=certificate(key))

    login = ("org", "login", "jwt", "--username", ADMIN, "--jwt-key-file", file, "--client-id", "sf")
    done = sf(*login, "--instance-url", url, "--alias", "by-jwt")

    assert (done["status"], done["result"]["orgId"]) == (0, boats.api.org.org_id), done


def test_a_query_returns_rows_past_the_first_page(sf: Sf, alias: str) -> None:
    done = sf("data", "query", "-o", alias, "-q", "SELECT Id, Name FROM Boat__c ORDER BY Name")
    records = done["result"]["records"]
    assert (len(records), records[-1]["Name"]) == (2500, "Boat 2499")


def test_a_refused_query_fails_with_the_words_of_the_org(sf: Sf, alias: str) -> None:
    done = sf("data", "query", "-o", alias, "-q", "SELECT Nope__c FROM Boat__c")
    assert done["status"] == 1
    assert "No such column 'Nope__c' on entity 'Boat__c'" in done["message"]


def test_an_object_is_described(sf: Sf, alias: str) -> None:
    done = sf("sobject", "describe", "-o", alias, "-s", "Boat__c")
    assert {"Length__c", "Kind__c"} <= {field["name"] for field in done["result"]["fields"]}


def test_rows_are_exported_in_bulk(sf: Sf, alias: str, tmp_path: Path) -> None:
    file = tmp_path / "boats.csv"
    query = ("-q", "SELECT Name FROM Boat__c WHERE Name LIKE 'Boat%'", "--output-file", file)
    done = sf("data", "export", "bulk", "-o", alias, *query, "--result-format", "csv", "--wait", "1")
    assert done["status"] == 0, done
    with file.open() as rows:
        assert sum(1 for _ in csv.DictReader(rows)) == 2500


def test_rows_are_imported_in_bulk(boats: App, sf: Sf, alias: str, tmp_path: Path) -> None:
    file = tmp_path / "harbours.csv"
    file.write_text("Name,Code__c\nKiel,K\nYstad,Y\n")
    done = sf("data", "import", "bulk", "-o", alias, "-s", "Harbour__c", "-f", file, "--wait", "1")
    assert done["status"] == 0, done
    assert (done["result"]["processedRecords"], done["result"]["successfulRecords"]) == (2, 2)
    assert {row["Name"] for row in boats.api.org.storage.rows("Harbour__c")} == {"Kiel", "Ystad"}
