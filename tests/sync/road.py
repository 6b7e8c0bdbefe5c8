"""The road between the sync and the org: it remembers what passed, and a test may act on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from requests import PreparedRequest, Response
from requests.exceptions import ConnectionError as ConnectionBroken

from tests.world import URL, World
from tests.wsgi_transport import WsgiAdapter

Part = dict[str, Any]
"""One subrequest of a composite call."""


class Road(WsgiAdapter):
    """Carry every call to the org of a world; `before` is told what is about to leave."""

    def __init__(self, world: World, before: Callable[[list[Part]], None] | None = None) -> None:
        super().__init__(world.app)
        self._before = before
        self.calls: list[list[Part]] = []
        world.sync.client.session.mount(URL, self)

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Note the parts of the call and carry it."""
        parts = parts_of(request)
        self.calls.append(parts)
        if self._before:
            self._before(parts)
        return super().send(request, *args, **kwargs)

    @property
    def writes(self) -> list[Part]:
        """Return every write that left, in order."""
        return [part for call in self.calls for part in call if is_write(part)]


def parts_of(request: PreparedRequest) -> list[Part]:
    """Return the subrequests of a call."""
    parts: list[Part] = json.loads(request.body or "{}").get("compositeRequest", [])
    return parts


def writes_in(parts: list[Part]) -> bool:
    """Say whether a call changes records."""
    return any(map(is_write, parts))


def is_write(part: Part) -> bool:
    """Say whether a subrequest changes records."""
    return part["method"] in ("PATCH", "DELETE")


def rows_of(part: Part) -> list[dict[str, Any]]:
    """Return the rows of a collection, without their type."""
    return [{k: v for k, v in row.items() if k != "attributes"} for row in part["body"]["records"]]


class Cut(Road):
    """A road that breaks before a write arrives, and nobody can tell."""

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Carry reads only."""
        if writes_in(parts_of(request)):
            raise ConnectionBroken("the road broke")
        return super().send(request, *args, **kwargs)
