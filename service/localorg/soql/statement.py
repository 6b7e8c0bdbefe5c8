"""A compiled query: one SQL statement, and how its rows become records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from service.localorg.soql.calculated import Calculation
from service.localorg.soql.select import Identity, Leaf
from service.localorg.soql.sql import Sql

PARENT_ID: Final = object()
"""Stands among the bound values of a child subquery for the id of the parent at hand."""


@dataclass(frozen=True, slots=True)
class Child:
    """A child subquery: its key in the parent's record, and its statement."""

    key: str
    statement: Statement


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement and the shape of its rows; without identities a row is an AggregateResult."""

    entity: str
    sql: Sql
    leaves: tuple[Leaf, ...]
    identities: Mapping[tuple[str, ...], Identity]
    children: tuple[Child, ...]
    calculations: tuple[Calculation, ...]
    counts_only: bool = False
    """SELECT COUNT(): a total and no records."""
