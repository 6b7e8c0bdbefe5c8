"""The tree of a formula as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, text, TRUE, FALSE or NULL."""

    value: Decimal | str | bool | None


@dataclass(frozen=True, slots=True)
class Reference:
    """A field or global: `End_Date__c`, `Plan__r.Account__c`, `$Permission.Edit_Plans`."""

    path: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; the name is in upper case."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """A sign or negation: `-`, `+` or `!`."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two operands."""

    operator: str
    left: Node
    right: Node


Node = Literal | Reference | Call | Unary | Binary
