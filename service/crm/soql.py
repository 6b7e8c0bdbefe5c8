"""SOQL is built here and nowhere else: names are checked, values quoted, the unknown refused.

simple-salesforce quotes text; its other literals are not used: it takes a naive datetime for local time,
refuses Decimal, and writes `()` for an empty list and `nan` for a float.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from simple_salesforce.format import quote_soql_value

from service.crm.errors import Unquotable

Scalar = str | bool | int | float | Decimal | date | None
"""What a literal can be; a datetime is a date, too."""

_NAME = re.compile(r"[A-Za-z]\w*(\.[A-Za-z]\w*)*", re.ASCII)
_ONE = frozenset({"=", "!=", "<", "<=", ">", ">=", "LIKE"})
_MANY = frozenset({"IN", "NOT IN", "INCLUDES", "EXCLUDES"})


def select(
    sobject: str,
    fields: Sequence[str],
    *,
    where: Sequence[str] = (),
    order_by: Sequence[str] = (),
    limit: int | None = None,
) -> str:
    """Build a SELECT; the conditions come from `compare` and are joined by AND."""
    text = f"SELECT {_names(fields)} FROM {name(sobject)}"  # noqa: S608 - names are checked, values quoted
    if where:
        text += f" WHERE {' AND '.join(where)}"
    if order_by:
        text += f" ORDER BY {_names(order_by)}"
    return text if limit is None else f"{text} LIMIT {limit:d}"


def compare(field: str, operator: str, value: Scalar | Sequence[Scalar]) -> str:
    """Build one condition, such as `Name = 'Acme'` or `Tags__c INCLUDES ('a','b')`."""
    if operator not in _ONE | _MANY:
        raise Unquotable(operator, f"the operators are {', '.join(sorted(_ONE | _MANY))}")
    many = isinstance(value, Sequence) and not isinstance(value, str)
    if many != (operator in _MANY):
        raise Unquotable(value, f"{operator} takes {'a list' if operator in _MANY else 'one value'}")
    return f"{name(field)} {operator} {quote(value)}"


def found_by(field: str, query: str) -> str:
    """Build a semi-join: the condition that a field holds what a SELECT of one field finds."""
    return f"{name(field)} IN ({query})"


def quote(value: object) -> str:
    """Write a value, or a list of them, as a SOQL literal."""
    if isinstance(value, str):
        return quote_soql_value(value)
    if value is None or isinstance(value, bool):
        return str(value).lower() if value is not None else "null"
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, list | tuple) and value:
        return f"({','.join(map(quote, value))})"
    raise Unquotable(value, "only text, numbers, booleans, dates, null and lists of them have literals")


def like(text: str) -> str:
    """Escape text so that `%` and `_` mean themselves in a LIKE pattern."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def name(text: str) -> str:
    """Return an API name or a path of names, refusing anything else."""
    if not _NAME.fullmatch(text):
        raise Unquotable(text, "it is not an API name")
    return text


def _names(names: Sequence[str]) -> str:
    if not names:
        raise Unquotable(names, "at least one field is needed")
    return ", ".join(map(name, names))


def _number(value: float | Decimal) -> str:
    if not math.isfinite(value):
        raise Unquotable(value, "it is not finite")
    return format(value if isinstance(value, int) else Decimal(str(value)), "d" if isinstance(value, int) else "f")


def _day(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    if value.tzinfo is None:
        raise Unquotable(value, "it has no time zone")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
