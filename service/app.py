"""The Flask application: the console behind its door, and how errors and answers look."""

from __future__ import annotations

from flask import Flask, Response, render_template
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from service.pages.console import console
from service.pages.door import guard
from service.pages.wording import add_wording
from service.wiring import Services

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def create_app(services: Services) -> Flask:
    """Return the web application of these services."""
    app = Flask(__name__, static_folder=None)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    guard(app, token=services.settings.console_token)
    add_wording(app)
    app.register_blueprint(console(services))
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(OperationalError, _without_database)
    app.after_request(_harden)
    return app


def _harden(response: Response) -> Response:
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _refused(error: HTTPException) -> Response:
    response = Response(_page(error.code or 500, error.name, error.description or ""), status=error.code)
    for name, value in error.get_headers():
        if name.lower() == "www-authenticate":
            response.headers[name] = value
    return response


def _without_database(_error: OperationalError) -> tuple[str, int]:
    return _page(
        503, "The database does not answer", "Check that PostgreSQL runs; `plansync db status` says more."
    ), 503


def _page(code: int, title: str, sentence: str) -> str:
    return render_template("error.html", code=code, title=title, sentence=sentence)
