"""The Metadata API by REST: `metadata/deployRequest`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from service.localorg.errors import Refusal
from service.localorg.http.api import Api
from service.localorg.http.deployments import Deployment, described, find, start
from service.localorg.http.messages import Answer, Call, Form, unreadable


def deploy(api: Api, call: Call) -> Answer:
    """Take a zip and its options as the parts of a form, and deploy it."""
    if not isinstance(call.body, Form) or "file" not in call.body.parts:
        raise unreadable("The multipart form with a file and its deployOptions is required")
    options = _options(call.body.parts)
    user = api.org.storage.row("User", call.actor.user_id) or {}
    deployment = start(api, user, call.body.parts["file"], options)
    return Answer(status=201, body=_body(call, deployment, details=False))


def look(api: Api, call: Call, deployment_id: str) -> Answer:
    """Return how far a deployment is, with its components where that is asked for."""
    details = call.query.get("includeDetails", "false").lower() == "true"
    return Answer(body=_body(call, find(api, deployment_id), details=details))


def cancel(api: Api, _call: Call, deployment_id: str) -> Answer:
    """Refuse to cancel what is done: deployments are, as soon as they have an id."""
    find(api, deployment_id)
    raise Refusal("INVALID_ID_FIELD", "Deployment already completed")


def _body(call: Call, deployment: Deployment, *, details: bool) -> dict[str, Any]:
    url = f"{call.host}{call.data_path}/metadata/deployRequest/{deployment.id}"
    return {"id": deployment.id, "url": url, "deployResult": described(deployment, details=details)}


def _options(parts: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the options, which clients send under one name or another."""
    text = parts.get("entity_content", parts.get("json", b"{}"))
    try:
        options = json.loads(text).get("deployOptions", {})
        return {name: value for name, value in options.items() if value is not None}
    except (AttributeError, ValueError) as error:
        raise unreadable(f"deployOptions cannot be read: {error}") from None
