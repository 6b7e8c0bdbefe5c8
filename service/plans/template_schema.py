"""The shape of a template's file: its keys come from the mappings, so that what can be synced can be written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from service.domain.values import Kind, Row
from service.mapping.closed import Closed, Fault, Strict, Table, our_name, read_shape, word
from service.mapping.model import Mappings
from service.plans.blueprint import PARTS, ROOTS, Blueprint, Piece, day_word, telling, told
from service.plans.template_values import FARTHEST, LAG, PERSON, ROLE, TASK_KEY, ColumnValue, Pairs, anchor, day, length

GUIDE = "docs/templates.md"
Loaded = Mapping[str, Any]


def read(document: Mapping[Any, Any], mappings: Mappings) -> tuple[Blueprint | None, list[Fault]]:
    """Return the template of a document and every fault of it; no template where there is a fault."""
    noun = document.get("template")
    if noun not in ROOTS:
        return None, [("template", f"{noun!r} is no kind of template; write one of {', '.join(ROOTS)}")]
    loaded, faults = read_shape(_shapes(mappings)[noun, True](), document)
    if faults:
        return None, faults
    first = loaded.get("anchor")
    root = _piece(mappings, noun, loaded["key"], loaded)
    return Blueprint(anchor=date.fromisoformat(first) if first else None, root=root), []


class PieceShape(Closed):
    """One record of a template, with what it holds."""

    guide = GUIDE

    @validates_schema
    def has_one_span(self, piece: Loaded, **_: Any) -> None:
        """Refuse a length beside an end, one that begins nowhere, and an end before the start."""
        if "length" in piece and "end" in piece:
            raise ValidationError("tells its length and its end; keep one of them")
        if "length" in piece and "start" not in piece:
            raise ValidationError("tells its length and no start; write the start, or the end alone")
        if piece.get("end", FARTHEST) < piece.get("start", -FARTHEST):
            raise ValidationError("ends before it starts; correct one of the two days")


@lru_cache(maxsize=16)
def _shapes(mappings: Mappings) -> Mapping[tuple[str, bool], type[Schema]]:
    """Return the shape of each noun within a template, and at its root."""
    made: dict[tuple[str, bool], type[Schema]] = {}
    for noun in reversed(list(PARTS)):
        known = _fields(mappings, noun)
        known |= {name: Table(made[part, False], required=False) for name, part in PARTS[noun].items()}
        made[noun, False] = PieceShape.from_dict(known, name=f"{noun}Shape")
        if noun in ROOTS:
            own = {"template": word(ROOTS), "key": our_name(required=True), "anchor": anchor()}
            made[noun, True] = PieceShape.from_dict({**known, **own}, name=f"{noun}TemplateShape")
    return made


def _fields(mappings: Mappings, noun: str) -> dict[str, fields.Field[Any]]:
    known: dict[str, fields.Field[Any]] = {}
    for field in told(mappings[noun]):
        known[day_word(field.column)] = day() if field.kind is Kind.DATE else ColumnValue(mappings[noun], field.column)
    if {"start", "end"} <= known.keys():
        known["length"] = length()
    if any(field.column == "resource_id" for field in mappings[noun].fields):
        known["resource"] = Strict(*PERSON)
    if noun == "playbook_task":
        known |= {"resources": Pairs(PERSON, ROLE), "after": Pairs(TASK_KEY, LAG)}
    return known


def _piece(mappings: Mappings, noun: str, key: str, loaded: Loaded) -> Piece:
    columns = told(mappings[noun])
    values: Row = {f.column: loaded[f.column] for f in columns if f.kind is not Kind.DATE and f.column in loaded}
    days = {
        f.column: loaded[day_word(f.column)] for f in columns if f.kind is Kind.DATE and day_word(f.column) in loaded
    }
    if "length" in loaded:
        days["end_date"] = loaded["start"] + loaded["length"]
    people = loaded.get("resources", {})
    return Piece(
        noun=noun,
        key=key,
        values=telling(noun, values),
        days=days,
        resources={loaded["resource"]: None} if "resource" in loaded else people,
        after={task: lag or 0 for task, lag in loaded.get("after", {}).items()},
        parts=tuple(
            _piece(mappings, part, name, item)
            for section, part in PARTS[noun].items()
            for name, item in loaded.get(section, {}).items()
        ),
    )
