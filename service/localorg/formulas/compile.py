"""Compile formulas: check them as an org does when it saves them, and turn them into closures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from service.localorg.formulas.ast import Binary, Call, Literal, Node, Reference, Unary
from service.localorg.formulas.errors import FormulaError
from service.localorg.formulas.forms import FORMS
from service.localorg.formulas.functions import FUNCTIONS, plain
from service.localorg.formulas.operators import binary, unary
from service.localorg.formulas.parser import parse
from service.localorg.formulas.terms import Context, Kind, Run, Scope, Term, Value, kind_of
from service.localorg.schema.model import Field, Type

__all__ = ["Context", "Formula", "FormulaError", "Kind", "Value", "compile_formula"]

Resolve = Callable[[str], Field | None]

_LITERALS = {bool: Kind.BOOLEAN, Decimal: Kind.NUMBER, str: Kind.TEXT, type(None): Kind.NULL}
_PERMISSION = "$permission."
_USER_ID = "$user.id"
_HUNDRED = Decimal(100)
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Formula:
    """A compiled formula: what it reads and the kind of value it gives."""

    text: str
    kind: Kind
    references: tuple[str, ...]
    """Fields it reads, as paths from its object; without globals."""
    globals: tuple[str, ...]
    """`$Permission.X`, `$User.Id` and the like."""
    _run: Run = field(repr=False, compare=False)

    def evaluate(self, read: Callable[[str], Value], context: Context) -> Value:
        """Return the value for one record; what Salesforce shows as #Error! (division by zero ...) is None."""
        try:
            value = self._run(Scope(read, context))
        except ArithmeticError:
            return None
        return float(value) if isinstance(value, Decimal) else None if value == "" else value


def compile_formula(text: str, *, sobject: str, resolve: Resolve, blank_as_zero: bool = False) -> Formula:
    """Compile a formula of an object; raise FormulaError where an org would refuse to save it."""
    compiler = _Compiler(sobject, resolve, blank_as_zero)
    term = compiler.term(parse(text))
    if term.kind in (Kind.PICKLIST, Kind.MULTIPICKLIST):
        _refuse_picklist(term)
    paths = tuple(compiler.paths.values())
    return Formula(
        text,
        term.kind,
        tuple(p for p in paths if not p.startswith("$")),
        tuple(p for p in paths if p.startswith("$")),
        term.run,
    )


class _Compiler:
    """Turns nodes into terms and notes what they refer to."""

    def __init__(self, sobject: str, resolve: Resolve, blank_as_zero: bool) -> None:
        self._sobject, self._resolve, self._blank = sobject, resolve, _ZERO if blank_as_zero else None
        self.paths: dict[str, str] = {}

    def term(self, node: Node) -> Term:
        """Compile one node."""
        match node:
            case Literal(value):
                return Term(_LITERALS[type(value)], lambda scope: value)
            case Reference(path):
                return self._reference(path)
            case Unary(sign, operand):
                return unary(sign, self.term(operand))
            case Binary(sign, left, right):
                return binary(sign, self.term(left), self.term(right))
            case Call(name, arguments):
                return _call(name, [self.term(a) for a in arguments])

    def _reference(self, path: str) -> Term:
        path = self.paths.setdefault(path.lower(), path)
        if path.lower().startswith(_PERMISSION):
            return Term(Kind.BOOLEAN, _permission(path[len(_PERMISSION) :]))
        if path.lower() == _USER_ID:
            return Term(Kind.TEXT, _reader(path, Type.ID, None), path)
        found = self._resolve(path)
        if found is None:
            raise FormulaError(path, f"Field {path} does not exist. Check spelling.")
        return Term(kind_of(found.type), _reader(path, found.type, self._blank), path)


def _call(name: str, arguments: list[Term]) -> Term:
    if name in FORMS:
        return FORMS[name](arguments)
    if name not in FUNCTIONS:
        raise FormulaError(name, f"Unknown function {name}. Check spelling.")
    return plain(name, FUNCTIONS[name], arguments)


def _reader(path: str, type_: Type, blank: Decimal | None) -> Run:
    """Return how a field is read: decimals for numbers, ratios for percents, '' and False for blanks."""
    match kind_of(type_):
        case Kind.NUMBER:
            return _number_reader(path, type_, blank)
        case Kind.BOOLEAN:
            return lambda scope: bool(scope.read(path))
        case Kind.DATE | Kind.DATETIME:
            return lambda scope: scope.read(path)
        case Kind.MULTIPICKLIST:
            return lambda scope: scope.read(path) or None
    return lambda scope: scope.read(path) or ""


def _number_reader(path: str, type_: Type, blank: Decimal | None) -> Run:
    divisor = _HUNDRED if type_ is Type.PERCENT else None

    def read(scope: Scope) -> Any:
        value = scope.read(path)
        if value is None:
            return blank
        number = Decimal(str(value))
        return number / divisor if divisor else number

    return read


def _permission(name: str) -> Run:
    return lambda scope: scope.context.permission is not None and scope.context.permission(name)


def _refuse_picklist(term: Term) -> NoReturn:
    name = term.path or "value"
    raise FormulaError(
        name, f"Field {name} is a picklist field. Picklist fields are only supported in certain functions."
    )
