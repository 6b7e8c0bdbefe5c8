"""Composite graphs: trees of records, each graph kept whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from service.localorg.errors import Refusal
from service.localorg.http.api import Api
from service.localorg.http.messages import Answer, Call, unreadable
from service.localorg.http.subrequests import Subrequest, read_subrequests, report_halted, run, run_whole

MOST_NODES, MOST_GRAPHS, MOST_DEPTH, MOST_KINDS, MOST_FAILURES = 500, 75, 15, 15, 14
_ROW = re.compile(r"sobjects/\w+(/(?!(?:describe|updated|deleted)$)[^/]+)?(/[^/]+)?")
_REFERENCE = re.compile(r"@\{(\w+)")
_GRAPH_ID = re.compile(r"[A-Za-z0-9].{0,39}")


def graphs(api: Api, call: Call) -> Answer:
    """Run each graph in a transaction of its own, until too many have failed."""
    named = _read(call.record().get("graphs"))
    results: list[dict[str, Any]] = []

    def answer_one(node: Subrequest, bodies: Mapping[str, Any]) -> Answer:
        return run(api, call, node, bodies)

    for graph_id, nodes in named:
        failed = sum(not result["isSuccessful"] for result in results)
        answers = run_whole(api, nodes, answer_one) if failed < MOST_FAILURES else report_halted(nodes, {})
        results.append(
            {
                "graphId": graph_id,
                "graphResponse": {"compositeResponse": answers},
                "isSuccessful": all(answer["httpStatusCode"] < HTTPStatus.BAD_REQUEST for answer in answers),
            }
        )
    return Answer(body={"graphs": results})


def _read(given: Any) -> list[tuple[str, list[Subrequest]]]:
    if not isinstance(given, list) or not given or not all(isinstance(each, dict) for each in given):
        raise unreadable("A list of graphs is required.")
    if len(given) > MOST_GRAPHS:
        raise Refusal("LIMIT_EXCEEDED", f"The request can't contain more than {MOST_GRAPHS} graphs.")
    named = [(_graph_id(each), read_subrequests(each.get("compositeRequest"))) for each in given]
    if len({graph_id for graph_id, _ in named}) < len(named):
        raise Refusal("INVALID_INPUT", "Each graphId must be unique within the request.")
    if sum(len(nodes) for _, nodes in named) > MOST_NODES:
        raise Refusal("LIMIT_EXCEEDED", f"The request can't contain more than {MOST_NODES} nodes.")
    for _, nodes in named:
        _check(nodes)
    return named


def _graph_id(given: dict[str, Any]) -> str:
    graph_id = given.get("graphId")
    if not isinstance(graph_id, str) or not _GRAPH_ID.fullmatch(graph_id):
        raise Refusal("INVALID_INPUT", "A graphId starts with a letter or a number and has at most 40 characters.")
    return graph_id


def _check(nodes: list[Subrequest]) -> None:
    for node in nodes:
        if not _ROW.fullmatch(node.resource):
            raise Refusal("INVALID_INPUT", f"The url {node.url} is not supported in a composite graph.")
    kinds = {(node.method, node.resource.split("/")[1].lower()) for node in nodes}
    if len(kinds) > MOST_KINDS:
        raise Refusal("LIMIT_EXCEEDED", f"A graph can't contain more than {MOST_KINDS} different nodes.")
    if _depth(nodes) > MOST_DEPTH:
        raise Refusal("LIMIT_EXCEEDED", f"A graph can't be deeper than {MOST_DEPTH}.")


def _depth(nodes: Iterable[Subrequest]) -> int:
    depths: dict[str, int] = {}
    for node in nodes:
        parents = _REFERENCE.findall(f"{node.url} {node.body}")
        depths[node.reference_id] = 1 + max((depths.get(parent, 0) for parent in parents), default=0)
    return max(depths.values(), default=0)
