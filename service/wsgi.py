"""The web process for a WSGI server: `gunicorn service.wsgi:app`."""

from __future__ import annotations

from flask import Flask

from service import log
from service.app import create_app
from service.config import Settings, read_settings
from service.errors import PlansyncError
from service.wiring import build

SHORTEST_TOKEN = 20


class Unguarded(PlansyncError):  # noqa: N818 - named for the state
    """The console would stand open."""


def web(settings: Settings) -> Flask:
    """Return the web application; refuse to open it to a network without a token."""
    log.set_up(level=settings.log_level, as_json=settings.log_json)
    if len(settings.console_token or "") < SHORTEST_TOKEN:
        raise Unguarded(
            f"PLANSYNC_CONSOLE_TOKEN is not set or shorter than {SHORTEST_TOKEN} characters: the console has no sign-in "
            "of its own yet, so set it to a long random value (the password; any user name), or use `plansync serve`"
        )
    return create_app(build(settings))


def __getattr__(name: str) -> Flask:
    # Made when a server asks for it: importing this module reads no environment and opens nothing.
    if name == "app":
        return web(read_settings())
    raise AttributeError(name)
