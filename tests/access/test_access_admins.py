"""Who may sign in: adding, removing, new passwords."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from service.access import admins, passwords, sessions
from service.access.admins import AdminError, NewPassword
from service.store import admins as store
from service.store.admins import Admin
from tests import filled


def known(engine: Engine) -> list[str]:
    """Return the addresses of the admins."""
    with engine.connect() as connection:
        return [admin.email for admin in store.every(connection)]


def start(engine: Engine, admin: Admin, now: datetime) -> str:
    """Open a session."""
    with engine.begin() as connection:
        return sessions.start(connection, admin.id, now=now)


def test_an_address_is_kept_in_lower_case_and_its_password_hashed(engine: Engine, admin: Admin) -> None:
    assert known(engine) == ["ada@example.com"]
    assert admin.password.startswith("scrypt:")
    assert filled.PASSWORD.text not in repr(admin) + admin.password
    assert admin.password not in repr(admin)


@pytest.mark.parametrize("again", ["ada@example.com", " ADA@example.com "])
def test_an_address_can_be_added_once(engine: Engine, admin: Admin, now: datetime, again: str) -> None:
    with pytest.raises(AdminError, match="is an admin already"):
        admins.add(engine, again, filled.PASSWORD, admin_id=uuid4(), now=now)


@pytest.mark.parametrize("address", ["", "ada", "@example.com", "ada@", "a da@example.com", "ada@x\x00y"])
def test_something_that_is_no_address_is_refused(engine: Engine, now: datetime, address: str) -> None:
    with pytest.raises(AdminError, match="is no e-mail address"):
        admins.add(engine, address, filled.PASSWORD, admin_id=uuid4(), now=now)


@pytest.mark.parametrize("length", [0, passwords.SHORTEST - 1, passwords.LONGEST + 1])
def test_a_password_that_is_too_short_or_too_long_is_refused(length: int) -> None:
    with pytest.raises(AdminError, match="A password has 12 to 1024 characters"):
        NewPassword(text="x" * length)


@pytest.mark.parametrize("length", [passwords.SHORTEST, passwords.LONGEST])
def test_a_password_at_the_limits_is_taken_and_not_shown(length: int) -> None:
    assert NewPassword(text="x" * length).text == "x" * length
    assert "xxx" not in repr(NewPassword(text="x" * length))


def test_removing_an_admin_ends_the_sessions(engine: Engine, admin: Admin, now: datetime) -> None:
    token = start(engine, admin, now)

    admins.remove(engine, "ADA@example.com")

    assert known(engine) == []
    assert sessions.resume(engine, token, now=now) is None


def test_a_new_password_ends_every_session_but_the_one_that_asks(engine: Engine, admin: Admin, now: datetime) -> None:
    here, elsewhere = start(engine, admin, now), start(engine, admin, now)

    changed = admins.set_password(engine, admin.email, NewPassword(text="another long one"), but=here)

    assert sessions.resume(engine, here, now=now) is not None
    assert sessions.resume(engine, elsewhere, now=now) is None
    assert changed.email == admin.email


def test_a_new_password_from_outside_ends_every_session(engine: Engine, admin: Admin, now: datetime) -> None:
    token = start(engine, admin, now)

    admins.set_password(engine, admin.email, NewPassword(text="another long one"))

    assert sessions.resume(engine, token, now=now) is None


@pytest.mark.parametrize("address", ["bob@example.com", ""])
def test_an_address_nobody_has_is_named_in_the_refusal(engine: Engine, admin: Admin, address: str) -> None:
    with pytest.raises(AdminError, match="`plansync admins list` names them"):
        admins.remove(engine, address)
