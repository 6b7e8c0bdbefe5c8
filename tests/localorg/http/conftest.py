"""A small installed org, and callers of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.localorg.http.app import App
from service.localorg.org import ADMIN, INTEGRATION
from tests.localorg.http.calling import EDITOR, Caller
from tests.localorg.http.project import app, installed, org

__all__ = ["app", "installed", "org"]


@pytest.fixture
def as_user(app: App) -> Callable[[str], Caller]:
    return lambda username: Caller(app, app.api.sessions.open(app.api.org.user_id(username)))


@pytest.fixture
def editor(as_user: Callable[[str], Caller]) -> Caller:
    return as_user(EDITOR)


@pytest.fixture
def admin(as_user: Callable[[str], Caller]) -> Caller:
    return as_user(ADMIN)


@pytest.fixture
def stranger(as_user: Callable[[str], Caller]) -> Caller:
    """A user without any permission set."""
    return as_user(INTEGRATION)
