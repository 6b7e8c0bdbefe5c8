"""The Flask application: the console behind its sign-in with the API beside it, and how errors and answers look."""

from __future__ import annotations

from flask import Flask, Response, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from service.api.app import register
from service.errors import PlansyncError
from service.pages.account import account
from service.pages.charts import add_charts
from service.pages.gate import guard
from service.pages.health import health
from service.pages.org import org
from service.pages.orgs import console
from service.pages.paging import page_url
from service.pages.wording import add_wording
from service.wiring import Services

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # The forms' protection asks where a form over TLS comes from.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def create_app(services: Services) -> Flask:
    """Return the web application of these services: the console, and the API beside it."""
    app = create_console(services)
    register(app, services)
    if proxies := services.settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    return app


def create_console(services: Services) -> Flask:
    """Return the pages for admins."""
    app = Flask(__name__, static_folder=None)
    guard(app, services)
    add_wording(app)
    add_charts(app)
    app.jinja_env.globals.update(page_url=page_url)
    for pages in (console, account, org, health):
        app.register_blueprint(pages(services))
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(CSRFError, _not_our_form)
    app.register_error_handler(PlansyncError, _not_done)
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


def _not_our_form(_error: CSRFError) -> tuple[str, int]:
    return _page(400, "This form is too old", "Go back, load its page again and send it once more."), 400


def _not_done(error: PlansyncError) -> tuple[str, int]:
    return _page(409, "That could not be done", f"{error}."), 409


def _without_database(_error: OperationalError) -> tuple[str, int]:
    return _page(
        503, "The database does not answer", "Check that PostgreSQL runs; `plansync db status` says more."
    ), 503


def _page(code: int, title: str, sentence: str) -> str:
    return render_template("error.html", code=code, title=title, sentence=sentence)
