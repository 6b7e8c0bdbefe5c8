"""The door of the metrics: this machine, or whoever knows the token; and the web process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from urllib.request import urlopen

import pytest

import service.wsgi
from service.config import ROOT
from service.pages.door import is_loopback
from tests.pages.conftest import Visit

TOKEN = "a-long-and-random-token-for-tests"


def basic(password: str) -> dict[str, str]:
    """Return the header of a browser that was given a password."""
    return {"Authorization": "Basic " + b64encode(f"anybody:{password}".encode()).decode()}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine_has_many_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "example.com", "localhost.example.com", "10.0.0.1"])
def test_other_machines_are_not_this_one(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("name", ["localhost:8080", "[::1]:8080"])
def test_without_a_token_this_machine_is_let_in(stranger: Visit, name: str) -> None:
    assert stranger().get("/metrics", headers={"Host": name}).status_code == 200


def test_without_a_token_another_machine_is_not(stranger: Visit) -> None:
    answer = stranger().get("/metrics", environ_overrides={"REMOTE_ADDR": "203.0.113.9"})

    assert answer.status_code == 403
    assert "answer this machine only" in answer.text


@pytest.mark.parametrize("name", ["console.evil.example", "localhost.evil.example", "[::1", ""])
def test_without_a_token_another_name_of_this_machine_is_refused(stranger: Visit, name: str) -> None:
    assert stranger().get("/metrics", headers={"Host": name}).status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, basic("wrong"), basic(""), basic("pässwörd ✓"), {"Authorization": "Bearer " + TOKEN}]
)
def test_with_a_token_nothing_is_told_to_who_does_not_know_it(stranger: Visit, headers: dict[str, str]) -> None:
    answer = stranger(console_token=TOKEN).get("/metrics", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="Plansync metrics"'


def test_with_the_token_any_machine_by_any_name_is_let_in(stranger: Visit) -> None:
    answer = stranger(console_token=TOKEN).get(
        "/metrics",
        headers=basic(TOKEN) | {"Host": "plansync.example"},
        environ_overrides={"REMOTE_ADDR": "203.0.113.9"},
    )

    assert answer.status_code == 200


def test_the_token_opens_no_page(stranger: Visit) -> None:
    assert stranger(console_token=TOKEN).get("/", headers=basic(TOKEN)).status_code == 303


def lines_of_the_procfile() -> dict[str, str]:
    """Return the commands of the Procfile by process type."""
    return dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())


def test_the_web_process_of_the_procfile_starts(database_url: str, tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    named = {"DATABASE_URL": database_url, "PLANSYNC_DATA": str(tmp_path), "PORT": "0", "PATH": path}
    environment = {**os.environ, **named}
    commands = lines_of_the_procfile()

    subprocess.run(["sh", "-c", commands["release"]], cwd=ROOT, env=environment, check=True, capture_output=True)
    with subprocess.Popen(
        ["sh", "-c", f"exec {commands['web']}"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        port = next(
            found[1] for line in process.stderr if (found := re.search(r"Listening at: http://\S+:(\d+)", line))
        )
        with urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
            alive = answer.read()
        with urlopen(f"http://127.0.0.1:{port}/") as answer:
            page = answer.read().decode()
        process.terminate()
        process.stderr.read()

    assert alive == b"ok\n"
    assert "Sign in" in page
    assert process.returncode == 0


def test_the_web_module_has_an_app_and_nothing_else_made_on_demand() -> None:
    with pytest.raises(AttributeError):
        service.wsgi.application  # noqa: B018
