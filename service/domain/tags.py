"""Tags: chosen from those that an admin keeps, whatever their capitals (CO-29, D12)."""

from __future__ import annotations

from collections.abc import Iterable

from service.domain.checks import shown
from service.domain.faults import Fault
from service.domain.values import Kind, Value, canonical


def spelled(column: str, given: Value, known: Iterable[str]) -> tuple[Value, list[Fault]]:
    """Return tags as the org spells them, and a fault for each that it does not have."""
    by_key = {tag.strip().casefold(): tag for tag in known}
    tags = given.split(";") if isinstance(given, str) else []
    strange = [tag for tag in tags if tag.strip().casefold() not in by_key]
    choices = f"choose from {', '.join(sorted(by_key.values()))}, or " if by_key else ""
    way_out = f"{choices}ask an administrator to add it"
    faults = [
        Fault(field=column, code="not_a_choice", message=f"There is no tag {shown(tag)}; {way_out}") for tag in strange
    ]
    return canonical(Kind.CHOICES, [by_key[tag.strip().casefold()] for tag in tags if tag not in strange]), faults
