"""The plain functions: signature and implementation; blanks are handled here, once, for all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from service.localorg.formulas import dates, numbers, text
from service.localorg.formulas.errors import FormulaError
from service.localorg.formulas.terms import Kind, Kinds, Run, Term, demand

TEXT, NUMBER, BOOLEAN, DATE = (Kind.TEXT,), (Kind.NUMBER,), (Kind.BOOLEAN,), (Kind.DATE,)
MANY = 1_000


@dataclass(frozen=True, slots=True)
class Function:
    """A function of values: kinds of its parameters, of its result, and how many of the last may follow."""

    takes: tuple[Kinds, ...]
    gives: Kind
    run: Callable[..., Any]
    optional: int = 0
    more: int = 0


FUNCTIONS: dict[str, Function] = {
    "VALUE": Function((TEXT,), Kind.NUMBER, text.value),
    "ISNUMBER": Function((TEXT,), Kind.BOOLEAN, text.is_number),
    "LEN": Function((TEXT,), Kind.NUMBER, lambda t: Decimal(len(t))),
    "TRIM": Function((TEXT,), Kind.TEXT, str.strip),
    "UPPER": Function((TEXT,), Kind.TEXT, str.upper),
    "LOWER": Function((TEXT,), Kind.TEXT, str.lower),
    "LEFT": Function((TEXT, NUMBER), Kind.TEXT, text.left),
    "RIGHT": Function((TEXT, NUMBER), Kind.TEXT, text.right),
    "MID": Function((TEXT, NUMBER, NUMBER), Kind.TEXT, text.mid),
    "FIND": Function((TEXT, TEXT, NUMBER), Kind.NUMBER, text.find, optional=1),
    "LPAD": Function((TEXT, NUMBER, TEXT), Kind.TEXT, text.pad_left, optional=1),
    "RPAD": Function((TEXT, NUMBER, TEXT), Kind.TEXT, text.pad_right, optional=1),
    "CONTAINS": Function((TEXT, TEXT), Kind.BOOLEAN, lambda t, part: part in t),
    "BEGINS": Function((TEXT, TEXT), Kind.BOOLEAN, str.startswith),
    "SUBSTITUTE": Function((TEXT, TEXT, TEXT), Kind.TEXT, str.replace),
    "REGEX": Function((TEXT, TEXT), Kind.BOOLEAN, text.matches),
    "CASESAFEID": Function((TEXT,), Kind.TEXT, text.case_safe_id),
    "DATE": Function((NUMBER, NUMBER, NUMBER), Kind.DATE, dates.make),
    "DATETIMEVALUE": Function((TEXT,), Kind.DATETIME, dates.moment_from_text),
    "YEAR": Function((DATE,), Kind.NUMBER, lambda d: Decimal(d.year)),
    "MONTH": Function((DATE,), Kind.NUMBER, lambda d: Decimal(d.month)),
    "DAY": Function((DATE,), Kind.NUMBER, lambda d: Decimal(d.day)),
    "WEEKDAY": Function((DATE,), Kind.NUMBER, dates.weekday),
    "ADDMONTHS": Function((DATE, NUMBER), Kind.DATE, dates.add_months),
    "MIN": Function((NUMBER,), Kind.NUMBER, lambda *n: min(n), more=MANY),
    "MAX": Function((NUMBER,), Kind.NUMBER, lambda *n: max(n), more=MANY),
    "ABS": Function((NUMBER,), Kind.NUMBER, abs),
    "ROUND": Function((NUMBER, NUMBER), Kind.NUMBER, numbers.rounded),
    "FLOOR": Function((NUMBER,), Kind.NUMBER, numbers.floor),
    "CEILING": Function((NUMBER,), Kind.NUMBER, numbers.ceiling),
    "MFLOOR": Function((NUMBER,), Kind.NUMBER, numbers.mathematical_floor),
    "MCEILING": Function((NUMBER,), Kind.NUMBER, numbers.mathematical_ceiling),
    "MOD": Function((NUMBER, NUMBER), Kind.NUMBER, lambda n, divisor: n % divisor),
}


def plain(name: str, function: Function, arguments: list[Term]) -> Term:
    """Compile a call of a plain function."""
    count(name, arguments, len(function.takes) - function.optional, len(function.takes) + function.more)
    for index, argument in enumerate(arguments):
        demand(argument, function.takes[min(index, len(function.takes) - 1)], f"function '{name}()'")
    blanks = ["" if function.takes[min(i, len(function.takes) - 1)] == TEXT else None for i in range(len(arguments))]
    return Term(function.gives, _strict(function.run, [a.run for a in arguments], blanks))


def count(name: str, arguments: list[Term], least: int, most: int) -> None:
    """Refuse a wrong number of arguments, in Salesforce's words."""
    if not least <= len(arguments) <= most:
        raise FormulaError(
            name,
            f"Incorrect number of parameters for function '{name}()'. Expected {least}, received {len(arguments)}",
        )


def written(value: Decimal | date | str | None) -> str:
    """Write a number, day, moment or picklist value as TEXT does."""
    if isinstance(value, Decimal):
        return numbers.as_text(value)
    return dates.as_text(value) if isinstance(value, date) else value or ""


def _strict(function: Callable[..., Any], runs: list[Run], blanks: list[str | None]) -> Run:
    """Evaluate all arguments; a blank text is the empty text, any other blank makes the result blank."""

    def run(scope: Any) -> Any:
        values = [blank if (v := part(scope)) is None else v for part, blank in zip(runs, blanks, strict=True)]
        return None if None in values else function(*values)

    return run
