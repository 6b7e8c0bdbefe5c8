"""The API as an application of its own beside the console: no session, no form, no page of the console reaches it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, request
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from service.access.tokens import Caller, verify
from service.api import forms, kpis, me, objectives, page, plans, requests, resources, tasks
from service.api.blueprint import Api, Blueprint
from service.api.door import Admit, guard
from service.api.moving import add_moving
from service.api.problems import add_problems
from service.api.records import records
from service.api.shapes import sent_schema
from service.api.templates import templates_of
from service.api.writing import add_changing, add_deleting, add_making, make_dependency, make_objective, make_record
from service.domain.templates import ROOTS
from service.mapping.model import Mappings
from service.sync.sides import Sides
from service.wiring import Services

MOUNTED = "/api/v1"
LARGEST_BODY = 1024 * 1024
WORKED_ON = {
    "success_plan": "success-plans",
    "objective": "objectives",
    "objective_kpi": "objective-kpis",
    "playbook": "playbooks",
    "playbook_task": "playbook-tasks",
    "playbook_task_dependency": "playbook-task-dependencies",
    "playbook_task_assignment": "playbook-task-assignments",
}
"""Where the records that people work on are found."""
LOOKED_AT = {
    "cs_resource": "cs-resources",
    "account": "accounts",
    "contact": "contacts",
    "user": "users",
}
"""Where those are found that are only looked at: they are the CRM's own."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def create_api(services: Services, admit: Admit) -> Flask:
    """Return the API of these services; `admit` reads the tokens."""
    app = Flask(__name__, static_folder=None)
    app.config.update(
        API_TITLE="Plansync",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        API_SPEC_OPTIONS=_SPEC,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    guard(app, services, Sides(services.at_hand), admit)
    app.before_request(_only_json)
    add_problems(app)
    app.after_request(_finish)
    app.register_blueprint(page.page())
    _add_resources(Api(app), services)
    return app


def register(app: Flask, services: Services) -> None:
    """Put the API beside the pages of an application; its callers bring tokens that their org signed."""

    def admit(token: str) -> Caller:
        return verify(services.engine, token, audience=services.settings.url, now=services.clock())

    api = create_api(services, admit)
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {MOUNTED: api.wsgi_app})  # type: ignore[method-assign]


_SPEC = {
    "servers": [{"url": MOUNTED}],
    "security": [{"token": []}],
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}},
}


def _add_resources(api: Api, services: Services) -> None:
    mappings = services.mappings(None)
    for noun, path in {**WORKED_ON, **LOOKED_AT}.items():
        rooms = records(mappings[noun], path)
        if noun in WORKED_ON:
            _add_work(rooms, mappings, noun)
        if noun in _FURTHER:
            _FURTHER[noun](rooms, mappings)
        api.register_blueprint(rooms)
    for noun in ROOTS:
        api.register_blueprint(templates_of(mappings[noun], WORKED_ON[noun]))
    api.register_blueprint(requests.requests())
    api.register_blueprint(forms.forms(WORKED_ON))
    api.register_blueprint(me.me())


def _add_work(rooms: Blueprint, mappings: Mappings, noun: str) -> None:
    mapping = mappings[noun]
    match noun:
        case "objective":
            add_making(rooms, mapping, make_objective, kpis=sent_schema(mappings["objective_kpi"])())
        case "playbook_task_dependency":
            add_making(rooms, mapping, make_dependency)
        case _:
            add_making(rooms, mapping, make_record)
    # What waits for what is made anew, since another task before it may close a circle.
    if noun != "playbook_task_dependency":
        add_changing(rooms, mapping)
    if noun in ROOTS:
        add_moving(rooms, noun)
    add_deleting(rooms, noun)


_FURTHER: dict[str, Callable[[Blueprint, Mappings], None]] = {
    "cs_resource": resources.add_to,
    "objective": objectives.add_to,
    "objective_kpi": kpis.add_to,
    "playbook_task": tasks.add_to,
    "success_plan": plans.add_to,
}
"""What objects have beside their records."""


def _only_json() -> None:
    if request.method in ("POST", "PUT", "PATCH") and request.mimetype != "application/json":
        raise UnsupportedMediaType("Send JSON as application/json")


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    response.make_conditional(request)
    return response
