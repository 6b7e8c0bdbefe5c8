"""Asking for a clone: what a client sends, as JSON and as values, and reading it against its template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any
from uuid import UUID

from service.domain.faults import Fault
from service.domain.templates import Choices, Template
from service.domain.values import Row
from service.mapping.model import Mappings
from service.plans import forms
from service.plans.create import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneRequest:
    """What somebody wants made of a template; values are JSON values by column, children stand by their id in it.

    `seen` is the fingerprint of the template that the preview showed; without it the template is taken as it stands.
    The other choices are those of `domain.templates.Choices`; `calendar` names holidays, and with `working_days` also
    counts distances.
    """

    noun: str
    template_id: UUID
    seen: str | None = None
    values: Given = field(default_factory=dict)
    left_out: tuple[UUID, ...] = ()
    edits: Mapping[UUID, Given] = field(default_factory=dict)
    resources: Mapping[UUID, tuple[UUID, ...]] = field(default_factory=dict)
    start: date | None = None
    start_changed_by_hand: bool = False
    dates_edited_under: date | None = None
    move_kpis: bool = False
    working_days: bool = False
    calendar: str | None = None

    def document(self) -> dict[str, Any]:
        """Return the request as JSON."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> CloneRequest:
        """Return the request of a document that `document` made."""
        read = {
            "template_id": UUID(document["template_id"]),
            "left_out": tuple(map(UUID, document["left_out"])),
            "edits": {UUID(child): given for child, given in document["edits"].items()},
            "resources": {UUID(child): tuple(map(UUID, who)) for child, who in document["resources"].items()},
            **{name: _day(document[name]) for name in ("start", "dates_edited_under")},
        }
        return cls(**{**document, **read})

    def choices(self, template: Template, mappings: Mappings) -> tuple[Choices, list[Fault]]:
        """Return the choices in canonical values, and what is wrong with them."""
        values, faults = forms.read(mappings[self.noun], self.values)
        edits: dict[UUID, Row] = {}
        for child, given in self.edits.items():
            # One that the template does not have is refused where all choices are.
            known = template.by_id.get(str(child))
            edits[child], wrong = forms.read(mappings[known.noun], given) if known else ({}, [])
            faults += [replace(fault, record=str(child)) for fault in wrong]
        return Choices(
            values=values,
            left_out=frozenset(self.left_out),
            edits=edits,
            resources=self.resources,
            start=self.start,
            start_changed_by_hand=self.start_changed_by_hand,
            dates_edited_under=self.dates_edited_under,
            move_kpis=self.move_kpis,
            working_days=self.working_days,
        ), faults


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; numbers stay what they are."""
    if isinstance(value, UUID | date):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
