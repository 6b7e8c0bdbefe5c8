"""Where a piece of work stands: the account and plan it takes from its parents, and parents of one account."""

from __future__ import annotations

from collections.abc import Mapping

from service.domain.cascades import FOLLOWS
from service.domain.faults import Fault
from service.domain.values import Row

Parents = Mapping[str, Row | None]
"""The records that a row points at, by the column that does, nearest first; None for one that is not there."""

_WORDS = {"success_plan_id": "success plan", "objective_id": "objective", "playbook_id": "playbook"}


def taken_anew(noun: str, row: Row, values: Row, parents: Parents) -> set[str]:
    """Return the columns that a row takes from its new parents when it gets other values (OB-12, OB-20, OB-57).

    What is given along stays, and a parent that is cleared takes nothing away.
    """
    moved = {column for column, parent in parents.items() if parent and values.get(column, row[column]) != row[column]}
    follows = [follow for follow in FOLLOWS if follow.child == noun and follow.pointer in moved]
    return {column for follow in follows for column in follow.columns} - values.keys()


def placed(row: Row, parents: Parents) -> Row:
    """Return the row with the account and the plan that it leaves open taken from its nearest parent (OB-20)."""
    found = dict(row)
    for parent in parents.values():
        for column in ("account_id", "success_plan_id") if parent else ():
            found[column] = found.get(column) or (parent or {}).get(column)
    return found


def faults(row: Row, parents: Parents) -> list[Fault]:
    """Name the parents that are not there or belong to another account (OB-21)."""
    found = []
    for column, parent in parents.items():
        if row.get(column) and parent is None:
            message = f"There is no {_WORDS[column]} {row[column]} (any more); choose another one"
            found.append(Fault(field=column, code="missing", message=message))
        elif row.get(column) and parent and parent.get("account_id") != row.get("account_id"):
            found.append(_elsewhere(column, parent))
    return found


def account_required(row: Row, noun: str) -> list[Fault]:
    """Refuse a record of no customer, unless it is a template (CO-01)."""
    if row.get("account_id") or row.get("template"):
        return []
    message = f"Choose the account that this {noun} belongs to, or tick Template to keep it as a template"
    return [Fault(field="account_id", code="required", message=message)]


def _elsewhere(column: str, parent: Row) -> Fault:
    noun = _WORDS[column]
    message = (
        f"The {noun} {parent.get('name')} belongs to another account; choose a {noun} of the same account, "
        f"clear the {noun}, or change the account"
    )
    return Fault(field=column, code="other_account", message=message)
