"""The decision log of an org."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template

from service.pages import asked
from service.pages.here import here
from service.pages.paging import SIZE, Page, begin, cut
from service.store import decision_log, record_list
from service.store.decision_log import Line, Wanted


@dataclass(frozen=True, slots=True)
class Shown:
    """One decision with the name of its record, if it has one."""

    line: Line
    name: str | None


def add_to(pages: Blueprint) -> None:
    """Add the page of the decisions."""

    @pages.get("/decisions")
    def decisions() -> str:
        """List what was decided, newest first."""
        with here().transaction() as connection:
            actions = decision_log.actions(connection)
        wanted = _wanted()
        return render_template(
            "decisions.html", page=page(wanted), actions=actions, objects=record_list.NOUNS, wanted=wanted
        )


def page(wanted: Wanted) -> Page[Shown]:
    """Return one page of decisions."""
    before = begin(lambda place: int(place[0]))
    with here().transaction() as connection:
        found = decision_log.page(connection, wanted, before=before, limit=SIZE + 1)
        names = record_list.names_of(connection, _records(found))
    return cut([Shown(line, _name(line, names)) for line in found], lambda last: [str(last.line.id)])


def _records(lines: Sequence[Line]) -> set[UUID]:
    return {line.link_id for line in lines if line.link_id}


def _name(line: Line, names: dict[UUID, str]) -> str | None:
    return names.get(line.link_id) if line.link_id else None


def _wanted() -> Wanted:
    return Wanted(
        object=asked.word("object"),
        action=asked.word("action"),
        text=asked.word("text"),
        since=_midnight("since"),
        until=_midnight("until", days=1),
    )


def _midnight(name: str, *, days: int = 0) -> datetime | None:
    """Return when a day begins (or ends) where the viewer is."""
    day = asked.day(name)
    return None if day is None else datetime.combine(day + timedelta(days=days), time(), ZoneInfo(here().zone))
