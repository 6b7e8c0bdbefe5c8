"""The web process for a WSGI server: `gunicorn service.wsgi:app`."""

from __future__ import annotations

from flask import Flask

from service import log
from service.app import create_app
from service.config import Settings, read_settings
from service.wiring import build


def web(settings: Settings) -> Flask:
    """Return the web application."""
    log.set_up(level=settings.log_level, as_json=settings.log_json)
    return create_app(build(settings))


def __getattr__(name: str) -> Flask:
    # Made when a server asks for it: importing this module reads no environment and opens nothing.
    if name == "app":
        return web(read_settings())
    raise AttributeError(name)
