"""Literals: checked against the field they are compared with, and turned into what its column holds."""

from __future__ import annotations

import re
from datetime import date, datetime

from service.localorg.ids import parse_id
from service.localorg.records.values import stamp
from service.localorg.schema.model import NUMERIC, Field, Type
from service.localorg.soql.ast import Literal, Sort
from service.localorg.soql.errors import refused
from service.localorg.soql.session import Session

IDS = frozenset({Type.ID, Type.REFERENCE})
_SORTS = {Type.BOOLEAN: Sort.BOOLEAN, Type.DATE: Sort.DATE, Type.DATETIME: Sort.DATETIME} | dict.fromkeys(
    NUMERIC, Sort.NUMBER
)
_RANGED = frozenset({Type.DATE, Type.DATETIME})
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_CONTROLS = {**_ESCAPED, "N": "\n", "R": "\r", "T": "\t", "B": "\b", "F": "\f"}


def stored(session: Session, field: Field, literal: Literal, at: int) -> str | float | int | None:
    """Return what a column holds where it equals a literal; refuse a wrong one, at its field."""
    expect(session, field, literal, at)
    found = literal.value
    if isinstance(found, datetime):
        return stamp(found)
    if isinstance(found, date):
        return found.isoformat()
    if isinstance(found, str):
        return _text(session, field, literal, at)
    return found if isinstance(found, float) or found is None else int(bool(found))


def expect(session: Session, field: Field, literal: Literal, at: int) -> None:
    """Refuse a literal that a field cannot be compared with, in Salesforce's words."""
    wanted = _SORTS.get(field.type, Sort.STRING)
    if literal.sort in (wanted, Sort.NULL) or (literal.sort is Sort.RANGE and field.type in _RANGED):
        return
    quotes = "should be enclosed in quotes" if wanted is Sort.STRING else "should not be enclosed in quotes"
    raise session.invalid_field(
        f"value of filter criterion for field '{field.name}' must be of type {_type_name(field)} and {quotes}",
        at,
    )


def pattern(session: Session, literal: Literal) -> str:
    r"""Return a LIKE pattern for SQL with `\` as its escape: `\%` and `\_` stand for themselves."""

    def replace(found: re.Match[str]) -> str:
        if found[1] in "%_":
            return found[0]
        plain = _unescaped(session, literal, found)
        return "\\\\" if plain == "\\" else plain

    return _ESCAPE.sub(replace, str(literal.value))


def _text(session: Session, field: Field, literal: Literal, at: int) -> str:
    text = _ESCAPE.sub(lambda found: _unescaped(session, literal, found), str(literal.value))
    if field.type in IDS:
        return _record_id(session, text, at)
    if field.type is Type.MULTIPICKLIST:
        return ";".join(choices(field, text))
    return text


def choices(field: Field, text: str) -> list[str]:
    """Return the values of a multi-select text in set-up order, as columns hold them."""
    order = {name.lower(): at for at, (name, _) in enumerate(field.picklist.values if field.picklist else ())}
    given = list(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))
    return sorted(given, key=lambda name: order.get(name.lower(), len(order)))


def _record_id(session: Session, text: str, at: int) -> str:
    found = parse_id(text)
    if found is None:
        raise refused("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}", session.text, at)
    return found


def _unescaped(session: Session, literal: Literal, found: re.Match[str]) -> str:
    escape = found[1]
    if len(escape) > 1:
        return chr(int(escape[1:], 16))
    if escape not in _CONTROLS:
        message = f"Invalid string literal '{literal.value}'. Illegal character sequence '\\{escape}' in string literal '{literal.value}'."
        raise session.malformed(message, literal.at)
    return _CONTROLS[escape]


def _type_name(field: Field) -> str:
    if field.type in NUMERIC | {Type.BOOLEAN, Type.DATE} | IDS:
        return "ID" if field.type in IDS else field.type.value
    return "dateTime" if field.type is Type.DATETIME else "string"
