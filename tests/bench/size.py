"""How much a run of the bench moves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """KPIs to load, accounts (with a success plan and an objective each) above them, and what is done with them.

    Rows to push, rows of a sample, single writes of a series, differences planted for an audit.
    """

    kpis: int
    parents: int
    pushed: int
    sample: int
    writes: int
    planted: int


DESIGN = Size(kpis=100_000, parents=1_700, pushed=5_000, sample=200, writes=2_000, planted=50)
"""The sizes of which the design gives numbers; the parents stay below one page of a query."""
QUICK = Size(kpis=2_500, parents=60, pushed=150, sample=10, writes=60, planted=10)
"""Large enough to take every road, small enough for a test."""
LARGER = 3
"""The factor from which flat memory shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesSize:
    """Children of a template, objectives of a cascade with so many children each, objectives in all, records of a tree.

    Clones that are made, requests of a series, decisions that are asked for.
    """

    children: int
    moved: int
    followers: int
    listed: int
    planned: int
    clones: int
    requests: int
    decisions: int


RULES = RulesSize(
    children=200, moved=200, followers=10, listed=10_000, planned=2_000, clones=5, requests=100, decisions=200_000
)
"""The sizes that the issue of the rules names."""
RULES_QUICK = RulesSize(
    children=200, moved=20, followers=10, listed=400, planned=100, clones=1, requests=5, decisions=2_000
)
"""The template stays as it is: that it takes one call is what a test is for."""
