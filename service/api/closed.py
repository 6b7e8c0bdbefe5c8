"""What is closed to whoever calls: asked once a request for each object, however many records are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g

from service.api.door import desk
from service.api.paging import asks_for_archived
from service.domain.faults import Fault
from service.domain.redating import OffDay, Shift
from service.plans.field_security import closed
from service.plans.refusals import Invalid


def hidden(noun: str) -> frozenset[str]:
    """Return the columns of an object that the caller may not read."""
    known: dict[str, frozenset[str]] = g.setdefault("hidden", {})
    if noun not in known:
        known[noun] = closed(desk(), noun).hidden
    return known[noun]


def refuse_hidden(noun: str, query: Mapping[str, Any]) -> None:
    """Refuse a query that filters or sorts by what the caller may not read, as one by a column that there is not."""
    asked = [("sort", query["sort"].removeprefix("-")), *((name, name) for name in query)]
    if asks_for_archived(query):
        asked.append(("status", "archived"))
    if faults := [
        Fault(field=field, code="invalid", message=f"There is no field {column} to list by")
        for field, column in asked
        if column in hidden(noun)
    ]:
        raise Invalid(faults)


def readable(shifts: Sequence[Shift], off_days: Sequence[OffDay]) -> dict[str, Any]:
    """Return those of the dates that the caller may read."""
    kept_back = {(shift.record, shift.column) for shift in shifts if shift.column in hidden(shift.noun)}
    return {
        "shifts": [shift for shift in shifts if (shift.record, shift.column) not in kept_back],
        "off_days": [day for day in off_days if (day.record, day.column) not in kept_back],
    }
