"""A small org and somebody who works in it."""

from __future__ import annotations

import pytest

from service.localorg.http.app import App
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor
from tests.localorg.http.calling import EDITOR, Caller
from tests.localorg.http.project import app, installed, org

__all__ = ["app", "installed", "org"]


@pytest.fixture
def editor(org: LocalOrg) -> Actor:
    """A user without rights on accounts, ratings and secrets."""
    return org.actor(org.user_id(EDITOR))


@pytest.fixture
def caller(app: App, editor: Actor) -> Caller:
    return Caller(app, app.api.sessions.open(editor.user_id))
