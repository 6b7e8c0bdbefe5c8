"""The page to try the API from: its own script and style only, so that it needs no looser fence than the rest."""

from __future__ import annotations

from flask import Blueprint, Response

FENCE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


def page() -> Blueprint:
    """Return the page with its script and style."""
    rooms = Blueprint("page", __name__, static_folder="static", static_url_path="/docs")

    @rooms.get("/docs")
    def show() -> Response:
        """Show what the API takes and answers, and let people try it."""
        answer = rooms.send_static_file("try.html")
        answer.headers["Content-Security-Policy"] = FENCE
        return answer

    return rooms
