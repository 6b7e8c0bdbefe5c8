"""What holds for every command: JSON when asked, exit codes of one list, never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine, make_url, text

from service.cli.exits import FAULTS, Exit, fault_of
from service.cli.root import plansync
from service.errors import PlansyncError
from service.store.schema import head
from tests.cli.conftest import Shell

UNLISTED = {
    *("CrmError", "Refusal", "Unquotable", "Unreadable", "Unplanted", "NotShown", "Told", "TokenRefused"),
    *("TooMany", "CloneWaits", "DemoRefused", "EditRefused", "ProcessFailed"),
}
"""Roots, faults of the code or of one record, what a cycle mends itself, a finding of the doctor, what the API tells; the demo's own."""
JSON = {("demo",): "--check"}
"""Commands whose JSON has another name."""


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield (*path, name), command


@pytest.mark.parametrize(("words", "command"), list(commands(plansync)), ids=lambda part: str(part)[:30])
def test_every_command_speaks_json_and_explains_itself(words: tuple[str, ...], command: click.Command) -> None:
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]

    assert JSON.get(words, "--json") in {name for option in options for name in option.opts}
    assert command.help
    assert all(option.help for option in options)


def errors(root: type[PlansyncError]) -> Iterator[type[PlansyncError]]:
    """Yield every error of ours below a root."""
    for kind in root.__subclasses__():
        yield kind
        yield from errors(kind)


def test_every_error_that_reaches_a_person_has_its_exit_code() -> None:
    here = {kind.__name__ for kind in errors(PlansyncError) if kind.__module__.startswith("service.")}

    assert here - UNLISTED == {kind.__name__ for kind, _, _ in FAULTS}


def test_an_error_that_is_not_listed_needs_attention() -> None:
    assert fault_of(PlansyncError("?")) == (Exit.ATTENTION, "error")


def test_names_of_errors_are_given_once() -> None:
    names = [name for _, _, name in FAULTS]

    assert len(names) == len(set(names))


def test_help_names_the_exit_codes(outside: Shell) -> None:
    ran = outside("--help")

    assert ran.code == 0
    assert "Exit codes: 0 done" in ran.out


@pytest.mark.parametrize("arguments", [("snyc",), ("sync", "--fast"), ("parked", "show", "no-uuid")])
def test_a_wrong_command_line_ends_with_2(outside: Shell, arguments: tuple[str, ...]) -> None:
    plain, as_json = outside(*arguments), outside(*arguments, "--json")

    assert (plain.code, plain.out) == (2, "")
    assert "Error:" in plain.err
    assert (as_json.code, as_json.document["error"]["code"]) == (2, "usage")


def test_an_environment_that_cannot_be_read_is_one_sentence(outside: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANSYNC_LOG_JSON", "perhaps")

    ran = outside("db", "status", "--json")

    assert (ran.code, ran.document["error"]["code"]) == (2, "usage")
    assert "PLANSYNC_LOG_JSON" in ran.document["error"]["message"]


def test_a_database_that_does_not_answer_is_one_sentence(outside: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")

    ran = outside("status", "--json")

    assert (ran.code, ran.document["error"]["code"]) == (4, "database")
    assert "does not answer; check DATABASE_URL" in ran.document["error"]["message"]


def test_a_database_that_breaks_off_is_one_sentence(
    shell: Shell, engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = make_url(database_url).update_query_dict({"options": "-c lock_timeout=20"})
    monkeypatch.setenv("DATABASE_URL", url.render_as_string(hide_password=False))
    with engine.begin() as connection:
        connection.exec_driver_sql("LOCK TABLE orgs")
        ran = shell("status", "--json")

    assert (ran.code, ran.document["error"]["code"]) == (4, "database")
    assert "The database broke off (canceling statement due to lock timeout)" in ran.document["error"]["message"]


@pytest.mark.req("P13")
def test_a_superuser_is_refused_in_one_sentence(
    outside: Shell, admin_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", admin_url)

    ran = outside("status", "--json")

    assert (ran.code, ran.document["error"]["code"]) == (4, "database")
    assert "bypasses row-level security" in ran.document["error"]["message"]


def test_a_data_directory_that_is_a_file_is_one_sentence(
    outside: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("PLANSYNC_DATA", str(tmp_path / "file"))

    ran = outside("db", "status", "--json")

    assert (ran.code, ran.document["error"]["code"]) == (4, "database")
    assert "name another in PLANSYNC_DATA" in ran.document["error"]["message"]


def test_a_database_of_another_revision_is_refused(shell: Shell, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    try:
        ran = shell("status")
        state = shell("db", "status")
    finally:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head()})

    assert ran.code == 4
    assert f"The database stands at revision 9999 and this program needs {head()}" in ran.err
    assert state.code == 1
    assert "run `plansync db upgrade`" in state.out


def test_upgrading_twice_does_nothing_the_second_time(shell: Shell) -> None:
    assert shell("db", "upgrade").out == f"The database stands at revision {head()} already.\n"


def test_a_key_is_one_that_seals(outside: Shell) -> None:
    assert Fernet(outside("db", "key").out.strip())
    assert Fernet(outside("db", "key", "--json").document["key"])


def test_a_login_sealed_with_a_lost_key_is_one_sentence(
    shell: Shell, connected: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANSYNC_SECRET_KEYS", Fernet.generate_key().decode())

    ran = shell("sync", "--json")

    assert (ran.code, ran.document["error"]["code"]) == (4, "sealing")
