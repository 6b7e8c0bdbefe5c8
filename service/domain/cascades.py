"""Cascades: which columns of a record its children take over when they change (OB-54, OB-55, OB-12)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Follow:
    """Children of one noun, found by the column that points at their parent, and the columns that they take over."""

    parent: str
    child: str
    pointer: str
    columns: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Return why a child changed, as the decision log says it."""
        return f"follows its {self.parent.replace('_', ' ')}"


LASTING = frozenset({"account_id"})
"""What is followed to another value, but not to none: the children of a customer that was deleted keep what they have."""

FOLLOWS = (
    Follow("success_plan", "objective", "success_plan_id", ("account_id",)),
    Follow("success_plan", "playbook", "success_plan_id", ("account_id",)),
    Follow("success_plan", "playbook_task", "success_plan_id", ("account_id",)),
    Follow("objective", "playbook", "objective_id", ("account_id", "success_plan_id")),
    Follow("objective", "playbook_task", "objective_id", ("account_id", "success_plan_id")),
    Follow("playbook", "playbook_task", "playbook_id", ("account_id", "success_plan_id", "objective_id")),
)
"""Who follows whom, parents before children. A child is never found but by its own parent (OB-57)."""


def followers(noun: str, changed: Collection[str]) -> list[tuple[Follow, tuple[str, ...]]]:
    """Return who follows records of a noun in the columns that changed, and in which."""
    return [
        (follow, columns)
        for follow in FOLLOWS
        if follow.parent == noun and (columns := tuple(c for c in follow.columns if c in changed))
    ]
