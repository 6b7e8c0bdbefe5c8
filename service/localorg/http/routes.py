"""Paths and methods, matched to the handlers that answer them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule

from service.localorg.errors import Refusal
from service.localorg.http.messages import Answer


@dataclass(frozen=True, slots=True)
class Route:
    """A path and the handler of each method that it takes."""

    path: str
    handlers: Mapping[str, Callable[..., Answer]]


class RouteTable:
    """Match a method and a path, with or without a trailing slash."""

    def __init__(self, routes: Iterable[Route]) -> None:
        rules = [
            Rule(route.path, methods=[method], endpoint=handler)
            for route in routes
            for method, handler in route.handlers.items()
        ]
        self._urls = Map(rules, strict_slashes=False, merge_slashes=False).bind("localhost")

    def find(self, method: str, path: str) -> tuple[Callable[..., Answer], dict[str, Any]]:
        """Return the handler and the values in the path, or refuse in Salesforce's words."""
        try:
            handler, values = self._urls.match(path, method)
        except NotFound:
            raise Refusal("NOT_FOUND", "The requested resource does not exist", status=404) from None
        except MethodNotAllowed as error:
            allowed = ",".join(sorted(error.valid_methods or ()))
            message = f"HTTP Method '{method}' not allowed. Allowed are {allowed}"
            raise Refusal("METHOD_NOT_ALLOWED", message, status=405) from None
        return handler, dict(values)
