"""Functions that choose which arguments to evaluate, that look at fields rather than values, or at the context."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from service.localorg.formulas import dates
from service.localorg.formulas.errors import FormulaError
from service.localorg.formulas.functions import BOOLEAN, MANY, TEXT, count, written
from service.localorg.formulas.operators import equals, logical
from service.localorg.formulas.terms import Kind, Scope, Term, common, demand

_PLAIN_KINDS = (Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN, Kind.DATE, Kind.DATETIME)
_CASE_LEAST = 4


def _and(arguments: list[Term]) -> Term:
    count("AND", arguments, 1, MANY)
    return logical("&&", arguments, "function 'AND()'")


def _or(arguments: list[Term]) -> Term:
    count("OR", arguments, 1, MANY)
    return logical("||", arguments, "function 'OR()'")


def _not(arguments: list[Term]) -> Term:
    count("NOT", arguments, 1, 1)
    demand(arguments[0], BOOLEAN, "function 'NOT()'")
    run = arguments[0].run
    return Term(Kind.BOOLEAN, lambda scope: not run(scope))


def _if(arguments: list[Term]) -> Term:
    count("IF", arguments, 3, 3)
    condition, then, otherwise = arguments
    demand(condition, BOOLEAN, "function 'IF()'")
    kind = _result("IF", [then, otherwise])
    return Term(kind, lambda scope: then.run(scope) if condition.run(scope) else otherwise.run(scope))


def _case(arguments: list[Term]) -> Term:
    if len(arguments) < _CASE_LEAST or len(arguments) % 2:
        raise FormulaError("CASE", f"Incorrect number of parameters for function 'CASE()'. Received {len(arguments)}")
    subject, *pairs, otherwise = arguments
    wanted, results = pairs[::2], pairs[1::2]
    kind = Kind.TEXT if subject.kind is Kind.PICKLIST else subject.kind
    for term in wanted:
        demand(term, (kind,), "function 'CASE()'")
    same = equals(kind)

    def run(scope: Scope) -> Any:
        value = subject.run(scope)
        for case, result in zip(wanted, results, strict=True):
            if same(value, case.run(scope)):
                return result.run(scope)
        return otherwise.run(scope)

    return Term(_result("CASE", [*results, otherwise]), run)


def _is_blank(arguments: list[Term]) -> Term:
    count("ISBLANK", arguments, 1, 1)
    demand(arguments[0], (*_PLAIN_KINDS, Kind.MULTIPICKLIST), "function 'ISBLANK()'")
    run = arguments[0].run
    return Term(Kind.BOOLEAN, lambda scope: run(scope) in (None, ""))


def _is_null(arguments: list[Term]) -> Term:
    """Compile ISNULL: text is never null."""
    count("ISNULL", arguments, 1, 1)
    demand(arguments[0], (*_PLAIN_KINDS, Kind.MULTIPICKLIST), "function 'ISNULL()'")
    run = arguments[0].run
    return Term(Kind.BOOLEAN, lambda scope: run(scope) is None)


def _blank_value(arguments: list[Term]) -> Term:
    return _instead("BLANKVALUE", arguments, (None, ""))


def _null_value(arguments: list[Term]) -> Term:
    return _instead("NULLVALUE", arguments, (None,))


def _instead(name: str, arguments: list[Term], blanks: tuple[str | None, ...]) -> Term:
    count(name, arguments, 2, 2)
    first, second = arguments
    kind = _result(name, arguments)

    def run(scope: Scope) -> Any:
        value = first.run(scope)
        return second.run(scope) if value in blanks else value

    return Term(kind, run)


def _is_pick_value(arguments: list[Term]) -> Term:
    count("ISPICKVAL", arguments, 2, 2)
    field, wanted = arguments
    if field.kind is not Kind.PICKLIST:
        raise FormulaError(
            "ISPICKVAL",
            f"Incorrect parameter type for function 'ISPICKVAL()'. Expected Picklist, received {field.kind}",
        )
    demand(wanted, TEXT, "function 'ISPICKVAL()'")
    return Term(Kind.BOOLEAN, lambda scope: (field.run(scope) or "") == (wanted.run(scope) or ""))


def _includes(arguments: list[Term]) -> Term:
    count("INCLUDES", arguments, 2, 2)
    field, wanted = arguments
    if field.kind is not Kind.MULTIPICKLIST:
        raise FormulaError(
            "INCLUDES",
            f"Incorrect parameter type for function 'INCLUDES()'. Expected Multipicklist, received {field.kind}",
        )
    demand(wanted, TEXT, "function 'INCLUDES()'")
    return Term(Kind.BOOLEAN, lambda scope: wanted.run(scope) in (field.run(scope) or "").split(";"))


def _text(arguments: list[Term]) -> Term:
    count("TEXT", arguments, 1, 1)
    demand(arguments[0], (Kind.NUMBER, Kind.DATE, Kind.DATETIME, Kind.PICKLIST), "function 'TEXT()'")
    run = arguments[0].run
    return Term(Kind.TEXT, lambda scope: written(run(scope)))


def _date_value(arguments: list[Term]) -> Term:
    count("DATEVALUE", arguments, 1, 1)
    demand(arguments[0], (Kind.TEXT, Kind.DATETIME), "function 'DATEVALUE()'")
    run = arguments[0].run
    if arguments[0].kind is Kind.TEXT:
        return Term(Kind.DATE, lambda scope: dates.from_text(run(scope) or ""))

    def day(scope: Scope) -> Any:
        moment = run(scope)
        return None if moment is None else dates.day_of(moment, scope.context.time_zone)

    return Term(Kind.DATE, day)


def _today(arguments: list[Term]) -> Term:
    count("TODAY", arguments, 0, 0)
    return Term(Kind.DATE, lambda scope: dates.day_of(scope.context.now, scope.context.time_zone))


def _now(arguments: list[Term]) -> Term:
    count("NOW", arguments, 0, 0)
    return Term(Kind.DATETIME, lambda scope: scope.context.now)


def _is_new(arguments: list[Term]) -> Term:
    count("ISNEW", arguments, 0, 0)
    return Term(Kind.BOOLEAN, lambda scope: scope.context.is_new)


def _is_changed(arguments: list[Term]) -> Term:
    count("ISCHANGED", arguments, 1, 1)
    field = _field("ISCHANGED", arguments)
    return Term(Kind.BOOLEAN, lambda scope: field.run(scope) != _before(field, scope))


def _prior_value(arguments: list[Term]) -> Term:
    count("PRIORVALUE", arguments, 1, 1)
    field = _field("PRIORVALUE", arguments)
    return Term(field.kind, lambda scope: _before(field, scope), field.path)


def _before(field: Term, scope: Scope) -> Any:
    """Return a field's value before the save; a new record was always as it is."""
    prior = scope.context.prior
    if scope.context.is_new or prior is None:
        return field.run(scope)
    return field.run(Scope(prior, scope.context))


def _field(name: str, arguments: list[Term]) -> Term:
    if arguments[0].path is None:
        raise FormulaError(name, f"Incorrect parameter type for function '{name}()'. Expected Field Reference")
    return arguments[0]


def _result(name: str, terms: list[Term]) -> Kind:
    """Return the kind of alternatives that must share one; picklists cannot be results."""
    for term in terms:
        demand(term, _PLAIN_KINDS, f"function '{name}()'")
    return common(terms, f"function '{name}()'")


FORMS: dict[str, Callable[[list[Term]], Term]] = {
    "AND": _and,
    "OR": _or,
    "NOT": _not,
    "IF": _if,
    "CASE": _case,
    "ISBLANK": _is_blank,
    "ISNULL": _is_null,
    "BLANKVALUE": _blank_value,
    "NULLVALUE": _null_value,
    "ISPICKVAL": _is_pick_value,
    "INCLUDES": _includes,
    "TEXT": _text,
    "DATEVALUE": _date_value,
    "TODAY": _today,
    "NOW": _now,
    "ISNEW": _is_new,
    "ISCHANGED": _is_changed,
    "PRIORVALUE": _prior_value,
}
