"""The WSGI application: HTTP in, the API's answers out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from service.localorg.errors import Refusal
from service.localorg.faults.kinds import Fault
from service.localorg.http.api import Api
from service.localorg.http.bodies import read_body
from service.localorg.http.messages import Answer, Call, refused
from service.localorg.http.road import (
    RESOURCES_BELOW,
    apex_transaction,
    arrive,
    date_of,
    depart,
    enter,
    fault_of,
    leave,
)
from service.localorg.http.routing import DOORS, RESOURCES
from service.localorg.http.users import signed_in
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class App:
    """Serve one org; `api` holds its sessions, clients and limits."""

    def __init__(self, org: LocalOrg) -> None:
        self.api = Api(org, RESOURCES)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request."""
        request = Request(environ)
        fault = fault_of(self.api, request)
        try:
            answer = self._answer(request, fault)
        except Refusal as refusal:
            answer = refused(refusal)
        return depart(self.api, fault, _response(answer))(environ, start_response)

    def _answer(self, request: Request, fault: Fault | None) -> Answer:
        if request.path.startswith(RESOURCES_BELOW):
            return self._resource(request, fault)
        handler, values = DOORS.find(request.method, request.path)
        with self.api.org.lock:
            enter(fault)
            return handler(self.api, request, **values)

    def _resource(self, request: Request, fault: Fault | None) -> Answer:
        with self.api.org.lock:
            arrive(self.api, fault)
            user = signed_in(self.api, request)
            self.api.usage.count()
            enter(fault)
        call = Call(
            method=request.method,
            path=request.path,
            actor=Actor(user["Id"], user["TimeZoneSidKey"]),
            host=request.host_url.rstrip("/"),
            query=request.args.to_dict(),
            headers=request.headers,
            body=read_body(request),
        )
        with self.api.org.lock, apex_transaction(self.api, request):
            answer = self.api.dispatch(call)
        leave(fault)
        headers = {**answer.headers, "Sforce-Limit-Info": self.api.usage.header(), "Date": date_of(self.api)}
        return Answer(status=answer.status, body=answer.body, headers=headers, stream=answer.stream)


def create_app(org: LocalOrg) -> App:
    """Return the WSGI application of an org."""
    return App(org)


def _response(answer: Answer) -> Response:
    if answer.stream is not None:
        return Response(answer.stream, status=answer.status, headers=answer.headers)
    if answer.body is None:
        return Response(b"", status=answer.status, headers=answer.headers)
    response = Response(json.dumps(answer.body), status=answer.status, headers=answer.headers)
    response.headers["Content-Type"] = "application/json;charset=UTF-8"
    return response
