"""Calling the org as WSGI, with a session and without."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from werkzeug.test import Client, TestResponse

from service.localorg.http.app import App

PACKAGE = Path(__file__).parent / "package"
EDITOR = "editor@example.com"
NOW = datetime(2026, 3, 2, 10, 30, 15, tzinfo=UTC)
ROOT = "/services/data/v68.0"


@dataclass(frozen=True)
class Caller:
    """Call the org as one user; paths are relative to the version."""

    app: App
    token: str

    def __call__(self, method: str, path: str, **options: Any) -> TestResponse:
        url = path if path.startswith("/") else f"{ROOT}/{path}"
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return call(self.app, method, url, headers=headers, **options)

    def created(self, sobject: str, **values: Any) -> str:
        """Create a record and return its id."""
        answer = self("POST", f"sobjects/{sobject}", json=values)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def read(self, sobject: str, record_id: str) -> dict[str, Any]:
        """Return a record that is there."""
        answer = self("GET", f"sobjects/{sobject}/{record_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json)

    def composite(self, *subrequests: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
        """Send subrequests, numbered r0, r1 ... where they have no reference id, and return their results."""
        numbered = [{"referenceId": f"r{at}", **each} for at, each in enumerate(subrequests)]
        answer = self("POST", "composite", json={"compositeRequest": numbered, **more})
        assert answer.status_code == 200, answer.text
        return list(answer.json["compositeResponse"])


def call(app: App, method: str, url: str, **options: Any) -> TestResponse:
    """Call the org without a session."""
    environ = {"REMOTE_ADDR": "127.0.0.1", **options.pop("environ", {})}
    return Client(app).open(url, method=method, environ_base=environ, **options)


def fetch(method: str, url: str, **options: Any) -> requests.Response:
    """Call over a socket, past any proxy or CA of the environment."""
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, url, timeout=30, **options)


def refusal(answer: TestResponse) -> tuple[int, str]:
    """Return the status and the error code of a refusal in the shape of single resources."""
    (error,) = answer.json
    assert set(error) <= {"errorCode", "message", "fields"}
    return answer.status_code, error["errorCode"]
