"""Conditions as SQL, two-valued as in Salesforce: a comparison with a blank is false, its negation is true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from service.localorg.records.values import stamp
from service.localorg.schema.model import NUMERIC, Field, Type
from service.localorg.soql.ast import (
    Both,
    Comparison,
    Condition,
    Either,
    Expression,
    Join,
    Literal,
    Membership,
    Negation,
    Range,
    Sort,
)
from service.localorg.soql.dates import days_of, midnight
from service.localorg.soql.errors import refused
from service.localorg.soql.literals import IDS, choices, expect, pattern, stored
from service.localorg.soql.session import Session
from service.localorg.soql.sql import Sql, balanced, joined, value, values

_NO = Sql("0")
_EQUALITY_ONLY = frozenset({Type.BOOLEAN, Type.MULTIPICKLIST})
_NO_LIKE = NUMERIC | IDS | {Type.BOOLEAN, Type.DATE, Type.DATETIME, Type.MULTIPICKLIST}


@dataclass(frozen=True, slots=True)
class Operand:
    """The left side of a comparison: its SQL, and a field that says its type."""

    field: Field
    sql: Sql
    at: int


@dataclass(frozen=True, slots=True)
class Compiler:
    """Turns conditions into SQL; how operands and joins are found is up to the query."""

    session: Session
    operand: Callable[[Expression], Operand]
    join: Callable[[Join, bool], Sql]
    """(the join, whether it stands where Salesforce allows one) -> SQL"""

    def sql(self, condition: Condition, *, top: bool = True) -> Sql:
        """Return a condition as SQL."""
        match condition:
            case Comparison():
                return self._comparison(condition)
            case Membership():
                return self._membership(condition)
            case Join():
                return self.join(condition, top)
            case Both(parts):
                return balanced([self.sql(p, top=top) for p in parts], " AND ")
            case Either(parts):
                return balanced([self.sql(p, top=False) for p in parts], " OR ")
            case Negation(part):
                return _not(self.sql(part, top=False))

    def _comparison(self, condition: Comparison) -> Sql:
        operand = self.operand(condition.left)
        self._allow(operand, condition.operator)
        if condition.operator == "LIKE":
            expect(self.session, operand.field, condition.right, operand.at)
            if condition.right.sort is Sort.NULL:
                return _NO
            return joined([operand.sql, value(pattern(self.session, condition.right))], " LIKE ").wrapped(
                "(", " ESCAPE '\\')"
            )
        if isinstance(condition.right.value, Range):
            expect(self.session, operand.field, condition.right, operand.at)
            return self._in_range(operand, condition.operator, condition.right.value, condition.right.at)
        return _compared(
            operand.sql, condition.operator, stored(self.session, operand.field, condition.right, operand.at)
        )

    def _in_range(self, operand: Operand, operator: str, literal: Range, at: int) -> Sql:
        """Compare with a date literal: a range of days that starts and ends at midnight in the user's time zone."""
        try:
            start, end = days_of(literal.name, literal.count, self.session.today())
        except OverflowError:
            raise self.session.malformed(f"date literal out of range: {literal.name}:{literal.count}", at) from None
        bounds = (start.isoformat(), end.isoformat())
        if operand.field.type is Type.DATETIME:
            zone = self.session.actor.time_zone
            bounds = (stamp(midnight(start, zone)), stamp(midnight(end, zone)))
        inside = joined([_compared(operand.sql, ">=", bounds[0]), _compared(operand.sql, "<", bounds[1])], " AND ")
        match operator:
            case "=":
                return inside.wrapped("(", ")")
            case "!=":
                return _not(inside)
            case "<" | ">=":
                return _compared(operand.sql, operator, bounds[0])
        return _compared(operand.sql, "<" if operator == "<=" else ">=", bounds[1])

    def _membership(self, condition: Membership) -> Sql:
        operand = self.operand(condition.left)
        if condition.operator in ("INCLUDES", "EXCLUDES"):
            found = self._includes(operand, condition)
        else:
            found = self._in(operand, condition.right)
        return found if condition.operator in ("IN", "INCLUDES") else _not(found)

    def _in(self, operand: Operand, literals: tuple[Literal, ...]) -> Sql:
        self._allow(operand, "=")
        ranges = [one for one in literals if one.sort is Sort.RANGE]
        nulls = [one for one in literals if one.sort is Sort.NULL]
        plain = [one for one in literals if one not in ranges and one not in nulls]
        parts = []
        if plain:
            given = values([stored(self.session, operand.field, one, operand.at) for one in plain])
            parts.append(joined([operand.sql, given], " IN ").wrapped("(", ")"))
        if nulls:
            parts.append(_compared(operand.sql, "=", None))
        for one in ranges:
            expect(self.session, operand.field, one, operand.at)
            if isinstance(one.value, Range):
                parts.append(self._in_range(operand, "=", one.value, one.at))
        return balanced(parts, " OR ")

    def _includes(self, operand: Operand, condition: Membership) -> Sql:
        """Hold for a value that has all choices of one of the given combinations."""
        if operand.field.type is not Type.MULTIPICKLIST:
            raise self._bad_operator(operand)
        return balanced([self._has_all(operand, literal) for literal in condition.right], " OR ")

    def _has_all(self, operand: Operand, literal: Literal) -> Sql:
        combination = str(stored(self.session, operand.field, literal, operand.at) or "")
        wanted = choices(operand.field, combination)
        return balanced([_has(operand.sql, one) for one in wanted], " AND ") if wanted else _NO

    def _allow(self, operand: Operand, operator: str) -> None:
        field = operand.field
        if not field.filterable:
            raise self.session.invalid_field(f"field '{field.name}' can not be filtered in a query call", operand.at)
        ordering = operator in ("<", "<=", ">", ">=")
        if (ordering and field.type in _EQUALITY_ONLY) or (operator == "LIKE" and field.type in _NO_LIKE):
            raise self._bad_operator(operand)

    def _bad_operator(self, operand: Operand) -> Exception:
        message = f"invalid operator on {operand.field.type.value} field"
        return refused("INVALID_QUERY_FILTER_OPERATOR", message, self.session.text, operand.at)


def _compared(left: Sql, operator: str, right: str | float | None) -> Sql:
    """Compare with one value; IS and IS NOT take blanks for values.

    A value is compared by = all the same: only then can SQLite start at a parent's index.
    """
    if right is None and operator not in ("=", "!="):
        return _NO
    if operator == "!=" or right is None:
        operator = "IS" if operator == "=" else "IS NOT"
    return joined([left, value(right)], f" {operator} ").wrapped("(", ")")


def _has(left: Sql, choice: str) -> Sql:
    escaped = choice.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    held = left.wrapped("(';' || ", " || ';')")
    return joined([held, value(f"%;{escaped};%")], " LIKE ").wrapped("(", " ESCAPE '\\')")


def _not(condition: Sql) -> Sql:
    return condition.wrapped("(NOT COALESCE(", ", 0))")
