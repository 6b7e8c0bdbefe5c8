"""Who may see the console: this machine, or whoever knows the token."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

import service.wsgi
from service.config import ROOT
from service.pages.door import is_loopback
from service.wsgi import Unguarded, web
from tests.filled import settings
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


def test_without_a_token_this_machine_is_let_in(visit: Visit) -> None:
    assert visit().get("/", headers={"Host": "localhost:8080"}).status_code == 200
    assert visit().get("/", headers={"Host": "[::1]:8080"}).status_code == 200


def test_without_a_token_another_machine_is_not(visit: Visit) -> None:
    answer = visit().get("/", environ_overrides={"REMOTE_ADDR": "203.0.113.9"})

    assert answer.status_code == 403
    assert "it answers this machine only" in answer.text


@pytest.mark.parametrize("name", ["console.evil.example", "localhost.evil.example", "[::1", ""])
def test_without_a_token_another_name_of_this_machine_is_refused(visit: Visit, name: str) -> None:
    answer = visit().get("/", headers={"Host": name})

    assert answer.status_code == 403
    assert "Sync console" not in answer.text


@pytest.mark.parametrize("headers", [{}, basic("wrong"), basic(""), {"Authorization": "Bearer " + TOKEN}])
@pytest.mark.parametrize("path", ["/", "/static/console.css", "/nowhere"])
def test_with_a_token_nothing_is_shown_to_who_does_not_know_it(
    visit: Visit, path: str, headers: dict[str, str]
) -> None:
    with visit(console_token=TOKEN).get(path, headers=headers) as answer:
        pass

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="Plansync console"'


def test_with_the_token_any_machine_by_any_name_is_let_in(visit: Visit) -> None:
    answer = visit(console_token=TOKEN).get(
        "/", headers=basic(TOKEN) | {"Host": "plansync.example"}, environ_overrides={"REMOTE_ADDR": "203.0.113.9"}
    )

    assert answer.status_code == 200


def test_a_password_of_any_letters_is_only_wrong(visit: Visit) -> None:
    assert visit(console_token=TOKEN).get("/", headers=basic("pässwörd ✓")).status_code == 401


def test_life_is_told_to_whoever_asks(visit: Visit) -> None:
    assert visit(console_token=TOKEN).get("/healthz", headers={"Host": "10.0.0.7"}).status_code == 200


@pytest.mark.parametrize("token", [None, "", "short"])
def test_the_web_process_does_not_start_unguarded(tmp_path: Path, token: str | None) -> None:
    with pytest.raises(Unguarded, match="set it to a long random value"):
        web(settings(tmp_path, console_token=token))


def lines_of_the_procfile() -> dict[str, str]:
    """Return the commands of the Procfile by process type."""
    return dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())


def test_the_processes_of_the_procfile_start(database_url: str, tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    named = {"DATABASE_URL": database_url, "PLANSYNC_DATA": str(tmp_path), "PLANSYNC_CONSOLE_TOKEN": TOKEN}
    environment = {**os.environ, **named, "PORT": "0", "PATH": path}
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
        with urlopen(Request(f"http://127.0.0.1:{port}/", headers=basic(TOKEN))) as answer:
            page = answer.read().decode()
        process.terminate()
        process.stderr.read()

    assert alive == b"ok\n"
    assert "Sync console" in page
    assert process.returncode == 0


def test_the_web_module_has_an_app_and_nothing_else_made_on_demand() -> None:
    with pytest.raises(AttributeError):
        service.wsgi.application  # noqa: B018
