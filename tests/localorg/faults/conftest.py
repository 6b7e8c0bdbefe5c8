"""A small org, its API in-process, and callers of it."""

from __future__ import annotations

import pytest

from service.localorg.http.app import App
from tests.localorg.http.calling import EDITOR, Caller
from tests.localorg.http.project import app, installed, org

__all__ = ["app", "installed", "org"]


@pytest.fixture
def editor(app: App) -> Caller:
    return Caller(app, app.api.sessions.open(app.api.org.user_id(EDITOR)))
