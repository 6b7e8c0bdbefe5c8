"""sObject tree: records with the records below them, created in one call or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.localorg.errors import Refusal
from service.localorg.http.api import Api
from service.localorg.http.messages import Answer, Call, unreadable
from service.localorg.http.rows import values_of
from service.localorg.schema.model import SObject

MOST, MOST_LEVELS, MOST_TYPES = 200, 5, 5


class _RolledBack(Exception):  # noqa: N818 - leaves a transaction, is no failure
    """Undo what the records before the one that failed have written."""


class _Malformed(Exception):  # noqa: N818 - becomes an answer
    """A tree that is refused before anything of it is tried, for one of its records."""

    def __init__(self, reference_id: str, message: str, code: str = "INVALID_INPUT") -> None:
        super().__init__(message)
        self.reference_id, self.refusal = reference_id, Refusal(code, message)


@dataclass(frozen=True, slots=True)
class Node:
    """One record of the tree: its fields, and how it hangs on the record above it."""

    reference_id: str
    sobject: SObject
    values: Mapping[str, Any]
    level: int
    parent: tuple[str, str] | None
    """(field of this record, reference id of the record above)"""


def create(api: Api, call: Call, name: str) -> Answer:
    """Create all records of the trees, those above before those below."""
    sobject = api.sobject(call, name)
    try:
        nodes = sorted(_nodes(api, sobject, _records(call.record()), 1, None), key=lambda node: node.level)
        _check(nodes)
    except _Malformed as error:
        return _failed([(error.reference_id, error.refusal)])
    return _save(api, call, nodes)


def _save(api: Api, call: Call, nodes: list[Node]) -> Answer:
    ids: dict[str, str] = {}
    failures: list[tuple[str, Refusal]] = []
    try:
        with api.org.transaction():
            for node in nodes:
                _save_one(api, call, node, ids, failures)
            if failures:
                raise _RolledBack
    except _RolledBack:
        return _failed(failures)
    results = [{"referenceId": reference_id, "id": record_id} for reference_id, record_id in ids.items()]
    return Answer(status=201, body={"hasErrors": False, "results": results})


def _save_one(api: Api, call: Call, node: Node, ids: dict[str, str], failures: list[tuple[str, Refusal]]) -> None:
    """Create a record under the one above it; what hangs on one that failed is not tried."""
    field, above = node.parent or ("", "")
    if above and above not in ids:
        return
    values = {**node.values, field: ids[above]} if above else node.values
    try:
        ids[node.reference_id] = api.org.writer.create(call.actor, node.sobject.name, values)
    except Refusal as refusal:
        failures.append((node.reference_id, refusal))


def _nodes(
    api: Api, sobject: SObject, records: list[dict[str, Any]], level: int, above: tuple[str, str] | None
) -> Iterator[Node]:
    """Yield the records of a list and all below them."""
    if level > MOST_LEVELS:
        raise _Malformed(above[1] if above else "", f"The request can't be deeper than {MOST_LEVELS} levels.")
    for record in records:
        reference_id = _reference_id(record, sobject)
        values = values_of(record)
        below = {key: value for key, value in values.items() if isinstance(value, dict) and "records" in value}
        own = {key: value for key, value in values.items() if key not in below}
        yield Node(reference_id, sobject, own, level, above)
        for key, listed in below.items():
            child, field = _children(api, sobject, key, reference_id)
            yield from _nodes(api, child, _records(listed), level + 1, (field, reference_id))


def _reference_id(record: Mapping[str, Any], sobject: SObject) -> str:
    """Return a record's reference id; it must have one, and be of the type that its place asks for."""
    attributes = record.get("attributes") or {}
    reference_id = str(attributes.get("referenceId") or "")
    if not reference_id:
        raise _Malformed("", "Include a reference ID for each record in the request.")
    if str(attributes.get("type", "")).lower() != sobject.name.lower():
        raise _Malformed(reference_id, f"The type of the record must be {sobject.name}.")
    return reference_id


def _children(api: Api, parent: SObject, name: str, reference_id: str) -> tuple[SObject, str]:
    """Return the object behind a child relationship, and its field that points at the parent."""
    for child, field in api.org.schema.children(parent.name):
        if field.reference and (field.reference.children or "").lower() == name.lower():
            return child, field.name
    raise _Malformed(reference_id, f"No such column '{name}' on sobject of type {parent.name}", "INVALID_FIELD")


def _records(holder: Mapping[str, Any]) -> list[dict[str, Any]]:
    records = holder.get("records")
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise unreadable("The records of the tree are required.")
    return records


def _check(nodes: list[Node]) -> None:
    counts = Counter(node.reference_id for node in nodes)
    twice = next((name for name, count in counts.items() if count > 1), None)
    if twice:
        raise _Malformed(twice, "Duplicate ReferenceId provided in the request.")
    if len(nodes) > MOST:
        raise _Malformed("", f"The request can't contain more than {MOST} records.")
    if len({node.sobject.name for node in nodes}) > MOST_TYPES:
        raise _Malformed("", f"The request can't contain records of more than {MOST_TYPES} types.")


def _failed(failures: list[tuple[str, Refusal]]) -> Answer:
    results = [{"referenceId": name, "errors": [refusal.as_row()]} for name, refusal in failures]
    return Answer(status=400, body={"hasErrors": True, "results": results})
