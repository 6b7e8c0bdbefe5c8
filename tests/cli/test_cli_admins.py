"""`plansync admins`: the first admin is made here, and only here."""

from __future__ import annotations

import io
from collections.abc import Iterator

import click
import pytest
from sqlalchemy import Engine

from tests import filled
from tests.cli.conftest import Shell

PASSWORD = filled.PASSWORD.text


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A standard input with a password in it."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    return monkeypatch


@pytest.fixture(autouse=True)
def nobody(engine: Engine) -> Iterator[None]:
    """No admin, before and after."""
    filled.forget_admins(engine)
    yield
    filled.forget_admins(engine)


@pytest.mark.usefixtures("given")
def test_an_admin_is_added_with_a_password_from_standard_input(shell: Shell) -> None:
    assert (
        shell("admins", "add", "Ada@example.com", "--password-stdin").out
        == "ada@example.com can sign in to the console.\n"
    )
    assert "ada@example.com" in shell("admins", "list").out
    assert shell("admins", "list", "--json").document["admins"][0]["email"] == "ada@example.com"


def test_the_password_is_asked_for_twice_and_never_shown(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([PASSWORD, "mistyped", PASSWORD, PASSWORD])
    monkeypatch.setattr(click.termui, "hidden_prompt_func", lambda _: next(answers))

    ran = shell("admins", "add", "ada@example.com", "--json")

    assert ran.document == {"added": "ada@example.com"}
    assert "do not match" in ran.err
    assert PASSWORD not in ran.out + ran.err
    assert next(answers, None) is None


def test_without_an_admin_the_list_says_how_to_add_one(shell: Shell) -> None:
    assert "plansync admins add EMAIL" in shell("admins", "list").out


def test_an_admin_is_removed(shell: Shell, given: pytest.MonkeyPatch) -> None:
    shell("admins", "add", "ada@example.com", "--password-stdin")

    assert shell("admins", "remove", "ADA@example.com").out == "ada@example.com can sign in no more.\n"
    assert shell("admins", "list", "--json").document == {"admins": []}


def test_a_password_is_replaced(shell: Shell, given: pytest.MonkeyPatch) -> None:
    shell("admins", "add", "ada@example.com", "--password-stdin")
    given.setattr("sys.stdin", io.StringIO("another long one"))

    ran = shell("admins", "set-password", "ada@example.com", "--password-stdin", "--json")

    assert ran.document == {"changed": "ada@example.com"}


@pytest.mark.parametrize(
    ("password", "address", "sentence"),
    [
        ("short", "ada@example.com", "A password has 12 to 1024 characters"),
        (PASSWORD, "ada", "'ada' is no e-mail address"),
    ],
)
def test_what_cannot_be_added_is_refused_with_the_reason(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, password: str, address: str, sentence: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(password))

    ran = shell("admins", "add", address, "--password-stdin")

    assert ran.code == 1
    assert sentence in ran.err
