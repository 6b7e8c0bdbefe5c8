"""The gate: every page asks who is there, but those by which people come in or machines look whether we live."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

from flask import Flask, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response

from service.access import sessions
from service.store.admins import Admin
from service.wiring import Services

OPEN = {
    "console.static": "the sign-in page needs its style",
    "account.sign_in": "the way in",
    "account.admit": "the way in",
    "health.healthz": "says nothing but that the process lives",
    "health.readyz": "says nothing but whether it can work",
    "health.metrics": "has a door of its own: this machine, or the token",
}
"""The endpoints that ask for no session, and why."""
TOKEN = "sign_in"  # noqa: S105 - where the token stands, not what it is
LARGEST_FORM = 512 * 1024


class Cookies(SecureCookieSessionInterface):
    """Cookies that go over TLS only wherever they came over TLS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Say whether the cookie is to be marked Secure."""
        return request.is_secure


def guard(app: Flask, services: Services) -> None:
    """Ask every request for a session, and every form for the token that only our pages hold."""
    newest, *older = services.seal.derived("console cookies")
    app.config.update(
        SECRET_KEY=newest,
        SECRET_KEY_FALLBACKS=older,
        SESSION_COOKIE_NAME="plansync",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        # A page may stay open as long as its session does.
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.session_interface = Cookies()
    app.before_request(lambda: _ask(services))
    CSRFProtect(app)


def admin() -> Admin:
    """Return who is signed in."""
    return cast(Admin, g.admin)


def way_on(asked: str | None) -> str:
    """Return where somebody goes after signing in: to the page that was asked for, if it is one of ours."""
    parts = urlsplit(asked or "")
    ours = not (parts.scheme or parts.netloc) and parts.path.startswith("/") and "\\" not in parts.path
    return asked if asked and ours and not asked.startswith("//") else url_for("console.home")


def _ask(services: Services) -> Response | None:
    if request.endpoint in OPEN:
        return None
    token = session.get(TOKEN)
    found = sessions.resume(services.engine, token, now=services.clock()) if isinstance(token, str) else None
    if found is None:
        asked = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("account.sign_in", next=asked), 303)
    g.admin = found
    return None
