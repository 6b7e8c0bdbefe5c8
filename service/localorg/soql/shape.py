"""Rows of SQL as REST records: values in JSON form, parents nested, children under their relationship."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from service.localorg.records.values import to_csv, to_json
from service.localorg.schema.model import NUMERIC, Field, Type
from service.localorg.soql.select import Identity, Leaf
from service.localorg.soql.statement import Statement

Row = Sequence[Any]
Build = Callable[[Row], dict[str, Any] | None]
Children = Callable[[Statement, str], dict[str, Any] | None]
"""(child statement, id of the parent) -> the child records as REST shows them"""

_CONVERTED = NUMERIC | {Type.BOOLEAN, Type.DATETIME, Type.COMPLEX}


def record_builder(statement: Statement, data_path: str, children: Children) -> Build:
    """Return the function that makes a record of a row."""
    if not statement.identities:
        return _aggregate_builder(statement)
    build = _builder(statement, (), data_path)
    if not statement.children:
        return build
    id_index = statement.identities[()].id_index

    def build_with_children(row: Row) -> dict[str, Any] | None:
        record = build(row)
        if record is not None:
            record |= {child.key: children(child.statement, row[id_index]) for child in statement.children}
        return record

    return build_with_children


def csv_builder(statement: Statement) -> Callable[[Row], tuple[str, ...]]:
    """Return the function that makes CSV cells of a row."""
    converters = [_csv_converter(leaf) for leaf in statement.leaves]
    return lambda row: tuple([convert(cell) for convert, cell in zip(converters, row, strict=True)])


def _aggregate_builder(statement: Statement) -> Build:
    parts = [(leaf.key, leaf.index, _json_converter(leaf)) for leaf in statement.leaves]

    def build(row: Row) -> dict[str, Any]:
        record: dict[str, Any] = {"attributes": {"type": "AggregateResult"}}
        for key, index, convert in parts:
            record[key] = convert(row[index])
        return record

    return build


def _builder(statement: Statement, parents: tuple[str, ...], data_path: str) -> Build:
    """Return the function that makes the record at the end of a parent path, or None where there is none."""
    identity = statement.identities[parents]
    parts = _parts(statement, parents, data_path)

    def build(row: Row) -> dict[str, Any] | None:
        record_id = row[identity.id_index]
        if record_id is None:
            return None
        record: dict[str, Any] = {"attributes": _attributes(identity, row, data_path)}
        for key, part in parts.items():
            record[key] = part(row)
        return record

    return build


def _parts(statement: Statement, parents: tuple[str, ...], data_path: str) -> dict[str, Callable[[Row], Any]]:
    depth = len(parents)
    parts: dict[str, Callable[[Row], Any]] = {}
    for leaf in statement.leaves:
        if leaf.parents == parents:
            parts[leaf.key] = _reader(leaf)
        elif leaf.parents[:depth] == parents and leaf.parents[depth] not in parts:
            parts[leaf.parents[depth]] = _builder(statement, leaf.parents[: depth + 1], data_path)
    return parts


def _attributes(identity: Identity, row: Row, data_path: str) -> dict[str, str]:
    name = identity.entity if identity.type_index is None else row[identity.type_index]
    return {"type": identity.entity, "url": f"{data_path}/sobjects/{name}/{row[identity.id_index]}"}


def _reader(leaf: Leaf) -> Callable[[Row], Any]:
    index, convert = leaf.index, _json_converter(leaf)
    return lambda row: convert(row[index])


def _json_converter(leaf: Leaf) -> Callable[[Any], Any]:
    field = leaf.field
    if leaf.labelled:
        return _labeller(field)
    if field.type in _CONVERTED:
        return lambda stored: to_json(field, stored)
    return lambda stored: stored


def _csv_converter(leaf: Leaf) -> Callable[[Any], str]:
    field = leaf.field
    if leaf.labelled:
        label = _labeller(field)
        return lambda stored: label(stored) or ""
    if field.type in _CONVERTED:
        return lambda stored: to_csv(field, stored)
    return lambda stored: stored or ""


def _labeller(field: Field) -> Callable[[Any], str | None]:
    """Return how toLabel() shows a picklist: values by their labels."""
    labels = dict(field.picklist.values) if field.picklist else {}
    return lambda stored: stored and ";".join(labels.get(name, name) for name in stored.split(";"))
