"""The README and the installation guide name what exists, all of it, and their example runs."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from service.cli.root import plansync
from service.crm import login
from service.localorg.http.app import create_app
from service.localorg.org import LocalOrg
from service.localorg.server import Server

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
INSTALL = (ROOT / "docs" / "install.md").read_text()
VARIABLE = r"(?:DATABASE_URL|(?:PLANSYNC|SALESFORCE)_[A-Z_]+)"


def variables_read() -> set[str]:
    """Return the first argument of every call of `env` in service/config.py."""
    calls = (
        node for node in ast.walk(ast.parse((ROOT / "service/config.py").read_text())) if isinstance(node, ast.Call)
    )
    asked = (call.args[0] for call in calls if ast.unparse(call.func).split(".")[0] == "env" and call.args)
    return {
        argument.value for argument in asked if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def commands(group: click.Group, words: tuple[str, ...] = ("plansync",)) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something by itself, with its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield " ".join((*words, name)), command
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))


COMMANDS = dict(commands(plansync))
COMMAND_ROWS = dict(re.findall(r"^\| `(plansync [a-z -]+)` \| (.*) \|$", README, re.MULTILINE))
ROOMS = re.search(r"^```\nservice/\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def rooms() -> Iterator[str]:
    """Yield the path of every room in the picture."""
    assert ROOMS is not None
    for line in ROOMS[1].splitlines():
        names = re.split(r"\s{2,}", line.strip())[0].split(" | ")
        yield from (f"service/{name}" if line.startswith(" ") else name for name in names)


def test_the_settings_table_has_every_variable_that_is_read_and_no_other() -> None:
    assert set(re.findall(rf"^\| `({VARIABLE})` \|", README, re.MULTILINE)) == variables_read()


@pytest.mark.parametrize("text", [README, INSTALL], ids=["README", "install"])
def test_no_other_variable_is_spoken_of(text: str) -> None:
    assert set(re.findall(rf"\b{VARIABLE}\b", text)) <= variables_read()


def test_the_command_table_has_every_command_and_no_other() -> None:
    assert COMMAND_ROWS.keys() == COMMANDS.keys()


@pytest.mark.parametrize("words", COMMAND_ROWS)
def test_the_options_in_the_command_table_exist(words: str) -> None:
    known = {option for parameter in COMMANDS[words].params for option in parameter.opts}

    assert set(re.findall(r"`(--[a-z-]+)`", COMMAND_ROWS[words])) <= known


@pytest.mark.parametrize("text", [README, INSTALL], ids=["README", "install"])
def test_every_command_that_is_spoken_of_exists(text: str) -> None:
    spoken = re.findall(r"(?:^\$ (?:\S*/)?|`)(plansync [a-z-]+(?: [a-z]+)?)", text, re.MULTILINE)
    first_words = {words.split()[1] for words in COMMANDS}

    assert spoken
    assert {words.split()[1] for words in spoken} <= first_words


def test_every_room_in_the_picture_exists() -> None:
    assert [room for room in rooms() if not (ROOT / room).exists()] == []


def test_every_room_of_the_service_is_in_the_picture() -> None:
    there = {f"service/{path.name}/" for path in (ROOT / "service").iterdir() if (path / "__init__.py").exists()}
    there |= {f"service/{path.name}" for path in (ROOT / "service").glob("*.py") if path.name != "__init__.py"}

    assert there == {room for room in rooms() if room.startswith("service/")}


@pytest.mark.parametrize("text", [README, INSTALL], ids=["README", "install"])
def test_every_script_that_is_spoken_of_exists(text: str) -> None:
    assert [name for name in set(re.findall(r"scripts/[\w-]+", text)) if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("name", ["README.md", "docs/install.md", "CHANGELOG.md"])
def test_every_link_into_the_repository_leads_somewhere(name: str) -> None:
    page = ROOT / name
    targets = re.findall(r"\]\((?!https?:)([^)#]*)(?:#[^)]*)?\)", page.read_text())

    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("sign", [sign for sign, _ in login._WAYS_OUT])
def test_every_refusal_of_a_sign_in_is_in_the_troubleshooting(sign: str) -> None:
    assert sign in INSTALL.partition("## Troubleshooting")[2].lower()


def test_the_example_of_the_local_org_runs(
    installed_org: LocalOrg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example = re.search(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert example is not None
    app = create_app(installed_org.clone(installed_org.clock))
    user = {
        "username": "admin@example.com",
        "access_token": app.api.sessions.open(app.api.org.user_id("admin@example.com")),
    }
    names: dict[str, Any] = {}
    monkeypatch.chdir(tmp_path)
    with Server(app, tls=tmp_path) as server:
        Path("org.json").write_text(json.dumps({"url": server.url, "ca_file": str(server.ca_file), "users": [user]}))
        exec(compile(example[1], "README.md", "exec"), names)
        names["session"].close()

    assert capsys.readouterr().out == "Acme 2027 of Acme\n"
