"""What a resource is asked and what it answers, whether by HTTP or inside a composite request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from werkzeug.datastructures import Headers

from service.localorg.bulk.files import Upload
from service.localorg.errors import Refusal
from service.localorg.records.access import Actor


@dataclass(frozen=True, slots=True)
class Form:
    """The parts of a multipart body by their names."""

    parts: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to a REST resource by a user who is signed in."""

    method: str
    path: str
    actor: Actor
    host: str
    """The server's own URL as the client reached it, without a trailing slash."""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Headers = field(default_factory=Headers)
    body: Any = None
    """A JSON value, a `Form`, or an `Upload`: CSV."""

    @property
    def data_path(self) -> str:
        """Return the versioned root of the path: `/services/data/v68.0`."""
        return "/".join(self.path.split("/")[:4])

    @property
    def version(self) -> float:
        """Return the API version that the path names."""
        return float(self.data_path.rpartition("/v")[2])

    def record(self) -> dict[str, Any]:
        """Return the body as the JSON object that it must be."""
        if isinstance(self.body, Form | Upload):
            raise unsupported(self.headers.get("Content-Type", ""))
        if not isinstance(self.body, dict):
            raise unreadable("The HTTP entity body is required, but this request has no entity body.")
        return self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status, the JSON body (or a stream in its stead) and headers."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: Iterable[bytes] | None = None

    @property
    def failed(self) -> bool:
        """Say whether the status is that of a refusal."""
        return self.status >= HTTPStatus.BAD_REQUEST


def unreadable(message: str) -> Refusal:
    """Return the refusal of a body that does not have the form its resource takes."""
    return Refusal("JSON_PARSER_ERROR", message)


def unsupported(mimetype: str) -> Refusal:
    """Return the refusal of a body of a kind that its resource does not take."""
    message = f"Content-Type header specified in HTTP request is not supported: {mimetype}"
    return Refusal("UNSUPPORTED_MEDIA_TYPE", message, status=415)


def refused(refusal: Refusal) -> Answer:
    """Return a refusal in the shape of single resources."""
    return Answer(status=refusal.status, body=refusal.as_body())
