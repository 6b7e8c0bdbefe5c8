"""The door for machines: this machine, or whoever knows the token, reads the metrics."""

from __future__ import annotations

from hmac import compare_digest
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized


def is_loopback(host: str) -> bool:
    """Say whether a host name or address can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def let_in(token: str | None) -> None:
    """Let requests with the token in; without a token, requests of this machine only."""
    if token is None:
        # The name is checked, too: a web page elsewhere can point its own name at this machine.
        name = urlsplit(f"//{request.host}").hostname or ""
        if not (is_loopback(request.remote_addr or "") and is_loopback(name)):
            raise Forbidden("The metrics answer this machine only; give them a PLANSYNC_CONSOLE_TOKEN for others.")
    elif not _knows(token):
        raise Unauthorized(
            "Give the token as the password; any user name will do.",
            www_authenticate=WWWAuthenticate("basic", {"realm": "Plansync metrics"}),
        )


def _knows(token: str) -> bool:
    given = request.authorization.password if request.authorization else None
    return given is not None and compare_digest(given.encode(), token.encode())
