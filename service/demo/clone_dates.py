"""The proof of a clone's dates: what they have to be by OB-38, OB-43 and OB-44 alone, beside what both sides hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from service.crm.requests import retrieve
from service.demo.stage import Stage
from service.domain.values import Row, Value
from service.mapping.wire import canonical_row
from service.mirror import links, ours

DATED = {
    "objective": ("name", ("start_date", "end_date")),
    "objective_kpi": ("description", ("target_date",)),
    "playbook": ("name", ("start_date", "end_date")),
    "playbook_task": ("name", ("start_date", "end_date")),
}
"""What moves, by noun: what its records are known by, and their dates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """From where to where a clone moved: the template's start, the clone's, and the day on which it was made."""

    template: date
    chosen: date
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """One date of a clone: in the template, as the rules have it, and as each side holds it."""

    noun: str
    title: str
    column: str
    template: date
    expected: date
    here: Value
    there: Value

    @property
    def proven(self) -> bool:
        """Say whether both sides hold what the rules have."""
        return self.here == self.there == self.expected.isoformat()


def proof(stage: Stage, template: Sequence[UUID], clone: Sequence[UUID], start: Start) -> list[Dated]:
    """Compare every date of a clone with its template's, given the ids of all records of both."""
    return [dated for noun in DATED for dated in _of_noun(stage, noun, template, clone, start)]


def _of_noun(stage: Stage, noun: str, template: Sequence[UUID], clone: Sequence[UUID], start: Start) -> Iterator[Dated]:
    known_by, columns = DATED[noun]
    old, here = (_here(stage, noun, ids) for ids in (template, clone))
    there, made = _there(stage, noun, list(here)), {row[known_by]: our_id for our_id, row in here.items()}
    for row in old.values():
        our_id = made[row[known_by]]
        for column in columns:
            day = date.fromisoformat(str(row[column]))
            yield Dated(
                noun=noun,
                title=str(row[known_by]),
                column=column,
                template=day,
                expected=_expected(noun, day, start),
                here=here[our_id][column],
                there=there[our_id][column],
            )


def _expected(noun: str, day: date, start: Start) -> date:
    """Return where a date has to be: a start changed by hand moves everything but KPIs (OB-44)."""
    return day + ((start.today if noun == "objective_kpi" else start.chosen) - start.template)


def _here(stage: Stage, noun: str, ids: Sequence[UUID]) -> dict[UUID, Row]:
    with stage.sync.transaction() as connection:
        return ours.read_rows(connection, stage.sync.mappings[noun], ids)


def _there(stage: Stage, noun: str, ids: Sequence[UUID]) -> dict[UUID, Row]:
    mapping = stage.sync.mappings[noun]
    with stage.sync.transaction() as connection:
        crm_ids = links.crm_ids(connection, [str(our_id) for our_id in ids])
    request = retrieve(mapping.sobject, [crm_ids[str(i)] for i in ids], [f.crm for f in mapping.fields])
    rows = stage.sync.client.call(request)
    return {our_id: canonical_row(mapping, row) for our_id, row in zip(ids, rows, strict=True) if row}
