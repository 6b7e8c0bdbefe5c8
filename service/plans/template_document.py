"""A template as the document that its file holds and its version keeps."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from service.domain.values import Kind, Value
from service.mapping.model import Mappings
from service.plans.blueprint import PARTS, Blueprint, Piece, day_word, told


def write(blueprint: Blueprint, mappings: Mappings) -> dict[str, Any]:
    """Return the document of a template, from which `read` makes the same template."""
    noun = blueprint.root.noun
    anchor = {"anchor": blueprint.anchor.isoformat()} if blueprint.anchor else {}
    return {"template": noun, "key": blueprint.root.key, **anchor, **_written(mappings, blueprint.root)}


def own_words(piece: Piece, mappings: Mappings) -> dict[str, Any]:
    """Return what a file tells of a piece itself, without its parts."""
    shown: dict[str, Any] = {}
    for field in told(mappings[piece.noun]):
        column = field.column
        if column in piece.days:
            shown[day_word(column)] = piece.days[column]
        elif piece.values.get(column) not in (None, False):
            shown[column] = _plain(field.kind, piece.values[column])
    if {"start", "end"} <= shown.keys():
        # In the place of the end, so that a file reads: from when, how long.
        shown = {"length" if name == "end" else name: value for name, value in shown.items()}
        shown["length"] -= shown["start"]
    return shown | _people(piece)


def _people(piece: Piece) -> dict[str, Any]:
    if piece.noun != "playbook_task":
        return {"resource": next(iter(piece.resources))} if piece.resources else {}
    after = {task: lag or None for task, lag in piece.after.items()}
    return {name: dict(pairs) for name, pairs in (("after", after), ("resources", piece.resources)) if pairs}


def _written(mappings: Mappings, piece: Piece) -> dict[str, Any]:
    shown = own_words(piece, mappings)
    for section, noun in PARTS[piece.noun].items():
        parts = {part.key: _written(mappings, part) for part in piece.parts if part.noun == noun}
        if parts:
            shown[section] = parts
    return shown


def _plain(kind: Kind, value: Value) -> Any:
    if kind is Kind.CHOICES:
        return str(value).split(";")
    if kind is not Kind.NUMBER:
        return value
    number = Decimal(str(value))
    if number == number.to_integral_value():
        return int(number)
    # A float that would lose a digit stays text, which is read as well.
    return float(number) if Decimal(repr(float(number))) == number else str(value)
