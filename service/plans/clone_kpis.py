"""KPIs that are added while creating from a template: drawn as if the template had them, with what was entered (OB-14)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from service.domain.faults import Fault
from service.domain.templates import KPI, Record, Template
from service.domain.values import Row
from service.plans.clone_requests import CloneRequest

NewId = Callable[[str], UUID]


def with_kpis(found: Template, request: CloneRequest, new_id: NewId) -> tuple[Template, CloneRequest, list[Fault]]:
    """Return the template and the request with the KPIs that were added, and a fault for each that has no objective."""
    added, edits, faults = [], dict(request.edits), []
    for name, kpi in _named(request):
        under = found.by_id.get(str(kpi["objective"]))
        if under is None or under.noun != "objective":
            message = f"The template has no objective {kpi['objective']} (any more); look at the template again"
            faults.append(Fault(field="objective", code="missing", message=message, record=name))
            continue
        values = kpi["values"]
        row: Row = {"objective_id": str(under.id), "description": str(values.get("description") or "")}
        added.append(Record(noun=KPI, id=new_id(name), row=row))
        edits[new_id(name)] = {"description": None, **values}
    return replace(found, children=(*found.children, *added)), replace(request, edits=edits), faults


def called(faults: list[Fault], request: CloneRequest, new_id: NewId) -> list[Fault]:
    """Return faults with the added KPIs called by their place in the request."""
    names = {str(new_id(name)): name for name, _ in _named(request)}
    return [replace(fault, record=names.get(str(fault.record), fault.record)) for fault in faults]


def _named(request: CloneRequest) -> list[tuple[str, dict[str, Any]]]:
    return [(f"kpis/{number}", dict(kpi)) for number, kpi in enumerate(request.kpis)]
