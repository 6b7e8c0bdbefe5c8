"""The bodies of requests: JSON, an uploaded CSV file, or the parts of a form."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request

from service.localorg.bulk.files import Upload
from service.localorg.errors import Refusal
from service.localorg.http.messages import Form, unreadable, unsupported

MOST_BYTES = 150 * 1024 * 1024


def read_body(request: Request) -> Any:
    """Return the JSON value of a body, an upload of CSV, or the parts of a form."""
    if request.mimetype == "text/csv":
        return _upload(request)
    if request.mimetype == "multipart/form-data":
        return _form(request)
    data = request.get_data()
    if not data.strip():
        return None
    if not request.is_json:
        raise unsupported(request.mimetype)
    try:
        return json.loads(data)
    except ValueError as error:
        raise unreadable(f"Unexpected character or end of input: {error}") from None


def _upload(request: Request) -> Upload:
    """Take a file before the org's lock is held, so that a slow one holds up nobody."""
    if (request.content_length or 0) > MOST_BYTES:
        raise _too_large()
    return Upload(request.stream)


def _form(request: Request) -> Form:
    try:
        texts = {name: text.encode() for name, text in request.form.items()}
        files = {name: part.read() for name, part in request.files.items()}
    except RequestEntityTooLarge:
        raise _too_large() from None
    finally:
        request.close()
    return Form({**texts, **files})


def _too_large() -> Refusal:
    message = f"The request entity is larger than the maximum of {MOST_BYTES} bytes."
    return Refusal("REQUEST_ENTITY_TOO_LARGE", message, status=413)
