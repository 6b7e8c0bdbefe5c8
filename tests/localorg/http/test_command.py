"""`plansync localorg`, as a process of its own."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from service.cli.localorg import localorg
from tests.localorg.http.calling import PACKAGE, fetch

SFDX = Path(__file__).parents[3] / "sfdx"


@contextmanager
def serve(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run the command; whatever happens in the block, the process ends with it."""
    code = "from service.cli.localorg import localorg; localorg()"
    command = [sys.executable, "-c", code, "--port", "0", "--json", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def first_line(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    return dict(json.loads(process.stdout.readline()))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_one_line_serves_and_ends_when_told(tmp_path: Path, number: signal.Signals) -> None:
    with serve(
        "--install", str(PACKAGE), "--tls-folder", str(tmp_path), "--user", "e@example.com:Project_Editor"
    ) as process:
        facts = first_line(process)
        users = {user["username"]: user for user in facts["users"]}
        bearer = {"Authorization": f"Bearer {users['e@example.com']['access_token']}"}
        url = f"{facts['url']}/services/data/v68.0/query?q=SELECT+COUNT()+FROM+Project__c"
        answer = fetch("GET", url, headers=bearer, verify=facts["ca_file"])
        process.send_signal(number)
        code = process.wait(timeout=10)

    assert answer.json() == {"totalSize": 0, "done": True, "records": []}
    assert facts["ca_file"] == str(tmp_path / "ca.pem")
    assert users.keys() == {"admin@example.com", "integration@example.com", "e@example.com"}
    assert code == 0


def test_records_are_kept_in_a_database_file(tmp_path: Path) -> None:
    database = ("--http", "--install", str(PACKAGE), "--database", str(tmp_path / "org.db"))
    for expected in (0, 1):
        with serve(*database) as process:
            facts = first_line(process)
            token = next(user["access_token"] for user in facts["users"] if user["username"] == "admin@example.com")
            bearer = {"Authorization": f"Bearer {token}"}
            root = f"{facts['url']}/services/data/v68.0"
            found = fetch("GET", f"{root}/query?q=SELECT+Id+FROM+Project__c", headers=bearer).json()
            fetch("POST", f"{root}/sobjects/Project__c", json={"Name": "Apollo"}, headers=bearer)
        assert found["totalSize"] == expected


def test_the_shipped_package_comes_with_its_demo_users() -> None:
    with serve("--http", "--install", str(SFDX), "--namespace", "ps") as process:
        facts = first_line(process)
        state = fetch("GET", f"{facts['url']}/localorg/").json()
        integration = next(user for user in facts["users"] if user["username"] == "integration@example.com")
        described = fetch(
            "GET",
            f"{facts['url']}/services/data/v68.0/sobjects",
            headers={"Authorization": f"Bearer {integration['access_token']}"},
        ).json()

    assert (facts["namespace"], facts["ca_file"]) == ("ps", None)
    assert {user["username"] for user in state["users"]} >= {"csm@example.com", "participant@example.com"}
    assert "ps__Objective__c" in {sobject["name"] for sobject in described["sobjects"]}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--install", "tests"], "The org refuses the package"),
        (["--user", "e@example.com:Nothing"], "There is no PermissionSet Nothing for e@example.com"),
        (["--user", ":Nothing"], "expected NAME:SET,SET"),
        (["--install", "nowhere"], "does not exist"),
    ],
)
def test_what_cannot_be_started_says_why(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(localorg, arguments)

    assert result.exit_code != 0
    assert said in result.output


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code = "from service.cli.localorg import localorg; localorg()"
        command = [sys.executable, "-c", code, "--http", "--port", port]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert ended.returncode == 1
    assert f"Port {port} cannot be used" in ended.stderr
