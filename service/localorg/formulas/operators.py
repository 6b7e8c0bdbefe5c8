"""Operators: their kinds and how they treat blanks."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from service.localorg.formulas.terms import Kind, Run, Term, common, demand

_MICROSECONDS_PER_DAY = Decimal(86_400_000_000)
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NUMERIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
}
_MOMENTS = (Kind.DATE, Kind.DATETIME)
_COMPARABLE = (Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN, Kind.DATE, Kind.DATETIME)


def unary(sign: str, term: Term) -> Term:
    """Compile a sign or negation."""
    where = f"operator '{sign}'"
    if sign == "!":
        demand(term, (Kind.BOOLEAN,), where)
        return Term(Kind.BOOLEAN, lambda scope: not term.run(scope))
    demand(term, (Kind.NUMBER,), where)
    if sign == "+":
        return term
    return Term(Kind.NUMBER, _both(operator.sub, lambda scope: Decimal(0), term.run))


def binary(sign: str, left: Term, right: Term) -> Term:
    """Compile an operator between two parts."""
    if sign in ("&&", "||"):
        return logical(sign, [left, right], f"operator '{sign}'")
    if sign in ("=", "<>"):
        return _equality(sign, left, right)
    if sign in _ORDER:
        return _ordering(sign, left, right)
    if sign == "&":
        return _joined(sign, left, right)
    return _arithmetic(sign, left, right)


def logical(sign: str, terms: list[Term], where: str) -> Term:
    """Compile a conjunction or disjunction that stops at the first decisive part; a blank is false."""
    for term in terms:
        demand(term, (Kind.BOOLEAN,), where)
    runs = [term.run for term in terms]
    if sign == "&&":
        return Term(Kind.BOOLEAN, lambda scope: all(run(scope) for run in runs))
    return Term(Kind.BOOLEAN, lambda scope: any(run(scope) for run in runs))


def equals(kind: Kind) -> Callable[[Any, Any], bool]:
    """Return how two values of a kind are compared; a blank text is the empty text, a blank flag is false."""
    if kind in (Kind.TEXT, Kind.PICKLIST, Kind.BOOLEAN):
        return lambda a, b: (a or "") == (b or "")
    return operator.eq


def _equality(sign: str, left: Term, right: Term) -> Term:
    where = f"operator '{sign}'"
    for term in (left, right):
        demand(term, _COMPARABLE, where)
    same = equals(common([left, right], where))
    if sign == "=":
        return Term(Kind.BOOLEAN, lambda scope: same(left.run(scope), right.run(scope)))
    return Term(Kind.BOOLEAN, lambda scope: not same(left.run(scope), right.run(scope)))


def _ordering(sign: str, left: Term, right: Term) -> Term:
    where = f"operator '{sign}'"
    for term in (left, right):
        demand(term, (Kind.NUMBER, Kind.DATE, Kind.DATETIME), where)
    common([left, right], where)
    compare = _both(_ORDER[sign], left.run, right.run)
    return Term(Kind.BOOLEAN, lambda scope: bool(compare(scope)))


def _joined(sign: str, left: Term, right: Term) -> Term:
    for term in (left, right):
        demand(term, (Kind.TEXT,), f"operator '{sign}'")
    return Term(Kind.TEXT, lambda scope: (left.run(scope) or "") + (right.run(scope) or ""))


def _arithmetic(sign: str, left: Term, right: Term) -> Term:
    where = f"operator '{sign}'"
    if sign == "+" and Kind.TEXT in (left.kind, right.kind):
        return _joined(sign, left, right)
    if sign in ("+", "-") and (left.kind in _MOMENTS or right.kind in _MOMENTS):
        return _shifting(sign, left, right)
    for term in (left, right):
        demand(term, (Kind.NUMBER,), where)
    return Term(Kind.NUMBER, _both(_NUMERIC[sign], left.run, right.run))


def _shifting(sign: str, left: Term, right: Term) -> Term:
    """Move a day or moment by days, or take the days between two."""
    where = f"operator '{sign}'"
    if sign == "+" and left.kind not in _MOMENTS:
        left, right = right, left
    if sign == "-" and right.kind in _MOMENTS:
        common([left, right], where)
        return Term(Kind.NUMBER, _both(_days_between, left.run, right.run))
    demand(right, (Kind.NUMBER,), where)
    move = _later if sign == "+" else _earlier
    return Term(left.kind, _both(move, left.run, right.run))


def _both(function: Callable[[Any, Any], Any], left: Run, right: Run) -> Run:
    """Apply a function unless either side is blank: then the result is blank."""

    def run(scope: Any) -> Any:
        a, b = left(scope), right(scope)
        return None if a is None or b is None else function(a, b)

    return run


def _later(moment: date, days: Decimal) -> date:
    if isinstance(moment, datetime):
        return moment + timedelta(microseconds=int(days * _MICROSECONDS_PER_DAY))
    return moment + timedelta(days=int(days))


def _earlier(moment: date, days: Decimal) -> date:
    return _later(moment, -days)


def _days_between(later: date, earlier: date) -> Decimal:
    return Decimal((later - earlier) // timedelta(microseconds=1)) / _MICROSECONDS_PER_DAY
