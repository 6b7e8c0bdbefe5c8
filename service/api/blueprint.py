"""Resources of the API as flask-smorest has them, with what all of ours have in common."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import flask_smorest
from marshmallow import Schema, fields

from service.api.problems import MEDIA_TYPE


class Fault(Schema):
    """One fault of what was sent."""

    field = fields.String(required=True, metadata={"description": "Its path in the body; empty: the whole record"})
    code = fields.String(required=True)
    message = fields.String(required=True, metadata={"description": "What is wrong, and the way out"})
    record = fields.String(allow_none=True, metadata={"description": "The id of the record with the fault"})


class Problem(Schema):
    """What went wrong, as RFC 9457 says it."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "A sentence that says the way out"})
    code = fields.String(required=True, metadata={"description": "For machines; it stays when the sentence changes"})
    errors = fields.List(fields.Nested(Fault), required=True)
    request_id = fields.String(required=True)


class Api(flask_smorest.Api):
    """The API with problem details in place of flask-smorest's own errors."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """Leave the errors to `service.api.problems`."""

    def _register_responses(self) -> None:
        for status in HTTPStatus:
            response: dict[str, Any] = {"description": status.phrase}
            if status >= HTTPStatus.BAD_REQUEST:
                response["content"] = {MEDIA_TYPE: {"schema": Problem}}
            self.spec.components.response(status.name, response, lazy=True)
        problem = {"description": "What went wrong", "content": {MEDIA_TYPE: {"schema": Problem}}}
        self.spec.components.response("PROBLEM", problem)


class Blueprint(flask_smorest.Blueprint):
    """Resources each of which may answer with a problem."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._prepare_doc_cbks.append(_with_problem)


def _with_problem(doc: dict[str, Any], _info: dict[str, Any], **_context: Any) -> dict[str, Any]:
    doc.setdefault("responses", {})["default"] = "PROBLEM"
    return doc
