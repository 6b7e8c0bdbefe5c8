"""Asking for a clone: what a client sends, as JSON and as values, and reading it against its template."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any
from uuid import UUID

from service.domain.faults import Fault
from service.domain.templates import Choices, Template
from service.domain.values import Row
from service.plans import forms, tags
from service.plans.create import Given
from service.plans.desk import Desk
from service.plans.field_security import closed
from service.plans.record_types import taken_out


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneRequest:
    """What somebody wants made of a template; values are JSON values by column, children stand by their id in it.

    `seen` is the fingerprint of the template that the preview showed; without it the template is taken as it stands.
    `kpis` are added to those of the template: `values`, and the `objective` of the template that each belongs to.
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
    kpis: tuple[Mapping[str, Any], ...] = ()
    start: date | None = None
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
            "kpis": tuple(document.get("kpis", ())),
            "left_out": tuple(map(UUID, document["left_out"])),
            "edits": {UUID(child): given for child, given in document["edits"].items()},
            "resources": {UUID(child): tuple(map(UUID, who)) for child, who in document["resources"].items()},
            **{name: _day(document[name]) for name in ("start", "dates_edited_under")},
        }
        # One that was kept by another version may say more, or less.
        known = {f.name: document[f.name] for f in fields(cls) if f.name in document}
        return cls(**{**known, **read})

    def choices(self, desk: Desk, template: Template) -> tuple[Choices, list[Fault]]:
        """Return the choices in canonical values, and what is wrong with them; what the template carries is not judged."""
        locked = self._locked(desk, template)
        faults = self._kept_from(locked)
        rows: dict[UUID, Row] = {}
        types: dict[UUID, str] = {}
        for record_id, given in {**self.edits, template.root.id: self.values}.items():
            # One that the template does not have is refused where all choices are.
            known = template.by_id.get(str(record_id))
            rows[record_id], chosen, wrong = _read(desk, known.noun, given, locked) if known else ({}, None, [])
            types |= {record_id: chosen} if chosen else {}
            faults += [replace(fault, record=str(record_id)) for fault in wrong]
        return Choices(
            values=rows[template.root.id],
            left_out=frozenset(self.left_out),
            edits={child: rows[child] for child in self.edits},
            resources=self.resources,
            record_types=types,
            start=self.start,
            dates_edited_under=self.dates_edited_under,
            move_kpis=self.move_kpis,
            working_days=self.working_days,
        ), faults

    def _locked(self, desk: Desk, template: Template) -> dict[str, frozenset[str]]:
        """Return what is closed to the acting user in each noun of which they choose a value."""
        by_id = template.by_id
        nouns = {by_id[str(child)].noun for child, given in self.edits.items() if given and str(child) in by_id}
        if self.values or self.start is not None:
            nouns.add(self.noun)
        return {noun: closed(desk, noun).locked for noun in sorted(nouns)}

    def _kept_from(self, locked: Mapping[str, frozenset[str]]) -> list[Fault]:
        """Return the fault of a start that the acting user may not choose."""
        if self.start is None or "start_date" not in locked[self.noun]:
            return []
        return [Fault(field="start", code="read_only", message=forms.kept_from("start_date"))]


def _read(
    desk: Desk, noun: str, given: Given, locked: Mapping[str, Collection[str]]
) -> tuple[Row, str | None, list[Fault]]:
    """Return what was sent for one record, with its tags as the org spells them, its record type, and what is wrong."""
    mapping = desk.org.mappings[noun]
    rest, record_type, faults = taken_out(given)
    row, unread = forms.read(mapping, rest, locked=locked.get(noun, ()))
    row, strange = tags.spelled(desk.org, mapping, row)
    return row, record_type, [*faults, *unread, *strange]


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; numbers stay what they are."""
    if isinstance(value, UUID | date):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
