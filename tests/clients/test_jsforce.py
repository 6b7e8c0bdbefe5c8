"""jsforce, unmodified, against the local org: by plain HTTP, and over TLS with the org's own CA."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from service.localorg.http.app import App
from service.localorg.org import ADMIN
from service.localorg.server import Server
from tests.clients.conftest import admin_token
from tests.clients.node import run_node

PASSWORD, TOKEN = "correct horse", "T0ken"


@pytest.fixture(scope="module")
def told(boats: App, jsforce: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the script tells of its calls."""
    user_id = boats.api.org.user_id(ADMIN)
    boats.api.passwords.set(user_id, PASSWORD, TOKEN)
    with Server(boats, tls=tmp_path_factory.mktemp("tls")) as server:
        return run_node(
            jsforce / "jsforce.mjs",
            NODE_EXTRA_CA_CERTS=str(server.ca_file),
            ORG_URL=server.url,
            ORG_TOKEN=admin_token(boats),
            ORG_USERNAME=ADMIN,
            ORG_PASSWORD=PASSWORD + TOKEN,
        )


def test_a_query_comes_page_by_page(told: dict[str, Any]) -> None:
    assert told["queries"] == {
        "total": 2500,
        "pages": [2000, 500],
        "all": 2500,
        "found": ["Boat 0000", "Boat 0001"],
    }


def test_rows_are_made_changed_upserted_read_and_deleted(told: dict[str, Any]) -> None:
    rows = told["rows"]
    assert (rows["made"], rows["upserted"], rows["inserted"], rows["removed"]) == (True, True, True, True)
    assert rows["read"] == ["Ariel", "Sail", "twice", 9.5]
    assert rows["gone"]["errorCode"] in {"ENTITY_IS_DELETED", "NOT_FOUND"}


def test_collections_keep_good_rows_or_none(told: dict[str, Any]) -> None:
    assert told["collections"] == {
        "made": ["made", "STRING_TOO_LONG", "made"],
        "none": ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "STRING_TOO_LONG"],
        "changed": True,
        "regions": ["North", "North"],
        "removed": True,
    }


def test_a_composite_request_refers_to_what_it_made(told: dict[str, Any]) -> None:
    assert told["composite"] == [[201, None], [200, "Visby"]]


def test_objects_are_described(told: dict[str, Any]) -> None:
    assert told["describes"]["types"]["Kind__c"] == "picklist"
    assert (told["describes"]["listed"], told["describes"]["user"]) == (True, ADMIN)


def test_bulk_jobs_run_both_ways_with_their_failures(told: dict[str, Any]) -> None:
    assert told["bulk"] == {
        "found": ["Boat 0000", "Boat 0001", "Boat 0002"],
        "loaded": [["Bulk 1", "true"]],
        "failed": [["Bulk 2", "STRING_TOO_LONG"]],
        "unprocessed": 0,
    }


def test_a_user_signs_in_with_password_and_token(told: dict[str, Any], boats: App) -> None:
    assert told["signIn"] == {"user": boats.api.org.user_id(ADMIN), "rows": 1}


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("field", "INVALID_FIELD"),
        ("syntax", "MALFORMED_QUERY"),
        ("required", "REQUIRED_FIELD_MISSING"),
        ("session", "INVALID_SESSION_ID"),
    ],
)
def test_refusals_carry_their_error_code(told: dict[str, Any], call: str, code: str) -> None:
    assert told["refusals"][call]["errorCode"] == code


def test_jsforce_speaks_plain_http_too(boats: App, jsforce: Path) -> None:
    with Server(boats) as server:
        told = run_node(jsforce / "plain.mjs", ORG_URL=server.url, ORG_TOKEN=admin_token(boats))
    assert told == {"username": ADMIN}
