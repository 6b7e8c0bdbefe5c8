"""Who may see the console until it has a sign-in: this machine, or whoever knows the token."""

from __future__ import annotations

from hmac import compare_digest
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized

OPEN = "console.healthz"
"""The one endpoint that needs no token: it says nothing but that the process is alive."""


def is_loopback(host: str) -> bool:
    """Say whether a host name or address can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def guard(app: Flask, *, token: str | None) -> None:
    """Let requests with the token in; without a token, requests of this machine only."""
    app.before_request(lambda: _let_in(token))


def _let_in(token: str | None) -> None:
    if token is None:
        # The name is checked, too: a web page elsewhere can point its own name at this machine.
        name = urlsplit(f"//{request.host}").hostname or ""
        if not (is_loopback(request.remote_addr or "") and is_loopback(name)):
            raise Forbidden("The console has no sign-in yet: it answers this machine only, under the name localhost.")
    elif request.endpoint != OPEN and not _knows(token):
        raise Unauthorized(
            "Give the console's token as the password; any user name will do.",
            www_authenticate=WWWAuthenticate("basic", {"realm": "Plansync console"}),
        )


def _knows(token: str) -> bool:
    given = request.authorization.password if request.authorization else None
    return given is not None and compare_digest(given.encode(), token.encode())
