"""Signing in: who is let in, who is not, and how often one may try."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from service.access import admins, passwords, sessions
from service.access.sign_in import MOST, WINDOW, Admitted, Attempt, Refused, sign_in
from service.store.admins import Admin
from service.store.sign_ins import sign_in_attempts
from tests import filled

HERE = "203.0.113.9"


def attempt(
    engine: Engine, now: datetime, *, email: str = "ada@example.com", password: str = "wrong", address: str = HERE
) -> Admitted | Refused:
    """Try to sign in."""
    return sign_in(engine, Attempt(email=email, password=password, address=address), now=now)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes that cost nothing, where many attempts are made."""
    monkeypatch.setattr(passwords, "METHOD", "scrypt:1024:8:1")
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


def test_who_knows_the_password_is_let_in(engine: Engine, admin: Admin, now: datetime) -> None:
    answer = attempt(engine, now, email=" ADA@example.com", password=filled.PASSWORD.text)

    assert isinstance(answer, Admitted)
    assert answer.admin == admin
    assert sessions.resume(engine, answer.token, now=now) == admin
    assert answer.token not in repr(answer)


@pytest.mark.parametrize("password", ["", "wrong", "Correct horse battery staple", "x" * 5000, "\x00"])
def test_who_does_not_is_not(engine: Engine, admin: Admin, now: datetime, password: str) -> None:
    assert attempt(engine, now, password=password) == Refused()


def test_an_account_nobody_has_costs_the_same_work(
    engine: Engine, admin: Admin, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    check = passwords.check_password_hash

    def noting(known: str, password: str) -> bool:
        checked.append(known.split("$", maxsplit=1)[0])
        return check(known, password)

    monkeypatch.setattr(passwords, "check_password_hash", noting)

    assert attempt(engine, now) == attempt(engine, now, email="nobody@example.com", password="of nobody") == Refused()
    assert checked == ["scrypt:32768:8:1"] * 2


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com"])
def test_an_account_is_closed_for_a_while_after_five_failures(
    engine: Engine, admin: Admin, now: datetime, email: str
) -> None:
    for number in range(MOST["account"]):
        later = now + timedelta(minutes=number)
        assert attempt(engine, later, email=email, address=f"10.0.0.{number}") == Refused()

    right = {"email": email, "password": filled.PASSWORD.text}
    assert attempt(engine, now + timedelta(minutes=6), **right) == Refused(timedelta(minutes=9))
    assert attempt(engine, now + WINDOW - timedelta(seconds=1), **right) == Refused(timedelta(seconds=1))
    assert isinstance(attempt(engine, now + WINDOW, **right), Admitted if email == admin.email else Refused)


@pytest.mark.usefixtures("quick")
def test_an_address_is_closed_for_a_while_whichever_accounts_it_tries(
    engine: Engine, admin: Admin, now: datetime
) -> None:
    for number in range(MOST["address"]):
        assert attempt(engine, now, email=f"{number}@example.com") == Refused()

    assert attempt(engine, now, password=filled.PASSWORD.text) == Refused(WINDOW)
    assert isinstance(attempt(engine, now, password=filled.PASSWORD.text, address="198.51.100.7"), Admitted)


@pytest.mark.usefixtures("quick")
def test_a_sign_in_and_a_new_password_clear_the_accounts_failures(engine: Engine, admin: Admin, now: datetime) -> None:
    def fail_four_times() -> None:
        for _ in range(MOST["account"] - 1):
            assert attempt(engine, now) == Refused()

    fail_four_times()
    assert isinstance(attempt(engine, now, password=filled.PASSWORD.text), Admitted)
    fail_four_times()
    assert attempt(engine, now) == Refused()
    admins.set_password(engine, admin.email, filled.PASSWORD)

    assert isinstance(attempt(engine, now, password=filled.PASSWORD.text), Admitted)


@pytest.mark.usefixtures("quick")
def test_guessing_in_parallel_gains_nothing(engine: Engine, admin: Admin, now: datetime) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: attempt(engine, now), range(16)))

    assert answers.count(Refused()) == MOST["account"]
    assert answers.count(Refused(WINDOW)) == 16 - MOST["account"]


@pytest.mark.usefixtures("quick")
def test_attempts_that_count_no_more_are_dropped(engine: Engine, admin: Admin, now: datetime) -> None:
    attempt(engine, now)
    attempt(engine, now + WINDOW)

    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(sign_in_attempts)).scalar_one() == 1
