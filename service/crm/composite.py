"""Many requests in one call: the composite resource, its limits, and the graph that lands whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from service.crm.answers import Answer, RowResult, row_errors
from service.crm.errors import HALTED, Refused, RowError
from service.crm.requests import Request

MOST_PARTS = 25
"""Subrequests of one composite call."""
MOST_HEAVY = 5
"""Queries and collections among them."""
MOST_NODES = 500
"""Nodes of one graph."""

Planted = dict[str, RowResult]
"""What became of each node of a graph, by its name."""


def packs(requests: Sequence[Request[Any]]) -> Iterator[Sequence[Request[Any]]]:
    """Split requests, in order, into runs that one composite call can carry."""
    start = heavy = 0
    for end, request in enumerate(requests):
        if end - start == MOST_PARTS or heavy + request.heavy > MOST_HEAVY:
            yield requests[start:end]
            start, heavy = end, 0
        heavy += request.heavy
    if start < len(requests):
        yield requests[start:]


def composite(pack: Sequence[Request[Any]], *, root: str, all_or_none: bool = False) -> Request[list[Any]]:
    """Make one request of a pack; a part that was refused answers with a `Refused` in its place."""
    parts = [_part(request, f"r{number}", root) for number, request in enumerate(pack)]
    return Request(
        method="POST",
        path="composite",
        body={"allOrNone": all_or_none, "compositeRequest": parts},
        parse=lambda answer: [read(*pair) for pair in zip(pack, _sub_answers(answer.body), strict=True)],
        repeatable=all(request.repeatable for request in pack),
    )


def graph(nodes: Mapping[str, Request[RowResult]], *, root: str) -> Request[Planted | Refused]:
    """Make one request of row writes that refer to each other by name: all land, or one is named that does not."""
    if not 0 < len(nodes) <= MOST_NODES:
        raise ValueError(f"{len(nodes)} nodes in a graph that takes 1 to {MOST_NODES}")
    parts = [_part(node, name, root) for name, node in nodes.items()]
    return Request(
        method="POST",
        path="composite/graph",
        body={"graphs": [{"graphId": "plansync", "compositeRequest": parts}]},
        parse=lambda answer: _planted(nodes, answer.body["graphs"][0]),
    )


def read(request: Request[Any], answer: Answer) -> Any:
    """Read an answer as the request's own, or as a `Refused`."""
    if answer.status < HTTPStatus.MULTIPLE_CHOICES or answer.status in request.expects:
        return request.parse(answer)
    unknown = RowError(f"HTTP_{answer.status}", "Salesforce gave no reason")
    return Refused(row_errors(answer.body) or (unknown,), status=answer.status)


def _part(request: Request[Any], name: str, root: str) -> dict[str, Any]:
    path = request.path if request.path.startswith("/") else root + request.path
    part: dict[str, Any] = {"method": request.method, "url": path, "referenceId": name}
    if request.headers:
        part["httpHeaders"] = dict(request.headers)
    if request.body is not None:
        part["body"] = request.body
    return part


def _sub_answers(body: dict[str, Any]) -> list[Answer]:
    return [
        Answer(
            status=part["httpStatusCode"],
            body=part["body"],
            headers={name.lower(): value for name, value in (part.get("httpHeaders") or {}).items()},
        )
        for part in body["compositeResponse"]
    ]


def _planted(nodes: Mapping[str, Request[RowResult]], outcome: dict[str, Any]) -> Planted | Refused:
    # Parts of a graph come back in any order.
    answers = _sub_answers(outcome["graphResponse"])
    names = [part["referenceId"] for part in outcome["graphResponse"]["compositeResponse"]]
    if outcome["isSuccessful"]:
        return {name: read(nodes[name], answer) for name, answer in zip(names, answers, strict=True)}
    errors = [(error, name) for answer, name in zip(answers, names, strict=True) for error in row_errors(answer.body)]
    blamed = next((name for error, name in errors if error.code not in HALTED), None)
    return Refused(tuple(error for error, _ in errors), status=400, part=blamed)
