"""Pull: take what the CRM shows into our store; gather both sides, merge, apply, all in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from service.domain.merging import WAITS, Fate, FieldDecision, Merge, Outcome, contest, deleted_here, merge
from service.domain.values import Row
from service.mapping.model import ObjectMapping
from service.mirror import links, ours
from service.mirror.links import Link
from service.sync import theirs
from service.sync.arrive import Arrival, arrive
from service.sync.contested import contested
from service.sync.context import Sync, rules
from service.sync.fetch import Shown
from service.sync.follow import let_follow
from service.sync.journal import Decision, Journal, of_field
from service.sync.park import EDITED_THERE, SENT, Parked, Why, park, release, release_fields
from service.sync.plan import Act
from service.sync.theirs import Raw, Theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """One record that both sides hold."""

    theirs: Theirs
    ours: Row
    merge: Merge


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """One object's rows being taken in, in one transaction; `read_at` is the org's own time of the reading."""

    sync: Sync
    connection: Connection
    journal: Journal
    mapping: ObjectMapping
    read_at: datetime

    def take_in(self, raws: Sequence[Raw]) -> None:
        """Take rows in; whatever cannot be taken in waits with its reason."""
        if not raws:
            return
        reading = theirs.read(self.sync, self.connection, self.mapping, raws)
        shown, held = self._locked(reading.shown)
        both = self._contest([self._meet(t, held[t.link.id]) for t in shown if t.link.id in held])
        new = [t for t in shown if t.link.id not in held and not t.dropped]
        arrive(self.connection, self.journal, self.mapping, [_arrival(t) for t in new], read_at=self.read_at)
        self._apply(both)
        for dropped in (t for t in shown if t.link.id not in held and t.dropped):
            self._face(dropped)
        # Whatever they waited for, or were believed to be: they stand on both sides now.
        standing = [t.link.id for t in new] + [m.theirs.link.id for m in both]
        release(self.connection, standing, why=[Why.WAITING, Why.DELETED])
        self._wait(reading.waiting)

    def _locked(self, shown: list[Theirs]) -> tuple[list[Theirs], dict[UUID, Row]]:
        """Lock our records and then their links, as local writers do, and read both afresh."""
        known = [t.link.id for t in shown if t.link.version]
        held = ours.read_rows(self.connection, self.mapping, known, lock=True)
        fresh = links.by_id(self.connection, known, lock=True)
        facing = [replace(t, link=replace(fresh.get(t.link.id, t.link), crm_id=t.link.crm_id)) for t in shown]
        return [t for t in facing if not self._outdated(t.link)], held

    def _outdated(self, link: Link) -> bool:
        """Say whether both sides agreed on something newer since the rows were read; the next look shows it again."""
        return link.base_read_at is not None and link.base_read_at > self.read_at

    def _meet(self, shown: Theirs, held: Row) -> Met:
        link = shown.link
        merged = merge(
            rules(self.mapping),
            base=ours.agreed(self.mapping, link.base),
            ours=held,
            theirs=shown.values,
            sending=link.sending,
        )
        return Met(theirs=shown, ours=held, merge=merged)

    def _contest(self, met: list[Met]) -> list[Met]:
        """Stop pushing what the org's automation keeps rewriting."""
        columns = contested(self.connection, self.journal, {m.theirs.link.id: m.merge.decisions for m in met})
        return [
            replace(m, merge=contest(m.merge, base=m.theirs.link.base or {}, columns=columns[m.theirs.link.id]))
            if m.theirs.link.id in columns
            else m
            for m in met
        ]

    def _apply(self, met: list[Met]) -> None:
        """Write what the merges decided: our rows, what is agreed, the log, and what waits for a person."""
        connection, noun = self.connection, self.mapping.name
        changed = {m.theirs.link.id: {**m.ours, **m.merge.here} for m in met if m.merge.here}
        ours.write_rows(connection, self.mapping, self.sync.org_id, changed)
        links.save(connection, self.sync.org_id, [self._agreed(m.theirs, m.merge.base) for m in met])
        clean = [m.theirs.link.id for m in met if not m.merge.there]
        links.mark_clean(connection, clean)
        release(connection, clean, why=SENT)
        links.mark_dirty(connection, [m.theirs.link.id for m in met if m.merge.there])
        news = [(m, d) for m in met for d in m.merge.decisions if d.outcome is not Outcome.PUSH]
        self.journal.log(connection, [line for m in met for line in _landed_unheard(m)])
        self.journal.log(connection, [of_field(m.theirs.link.id, noun, d) for m, d in news])
        release_fields(connection, {m.theirs.link.id: {d.column for d in m.merge.asked} for m in met})
        self._park([_asked(m, d) for m, d in news if d.outcome in WAITS])
        taken = {m.theirs.link.id: m.merge.here for m in met}
        let_follow(connection, self.sync.mappings, self.journal, noun, taken)

    def _face(self, shown: Theirs) -> None:
        """Meet a record that we deleted and the CRM still shows: edited there since, or just not deleted there yet."""
        link = shown.link
        edited = link.base is not None and any(link.base.get(c) != v for c, v in shown.values.items())
        fate, reason = deleted_here(edited_there=edited, policy=self.mapping.on_delete)
        if fate is Fate.PARK:
            self._park([_dropped_but_edited(shown, reason)])
        else:
            if fate is Fate.RESTORE_HERE:
                ours.write_rows(self.connection, self.mapping, self.sync.org_id, {link.id: shown.values})
            links.save(self.connection, self.sync.org_id, [self._agreed(shown, shown.values)])
        if fate is Fate.RESTORE_HERE:
            links.mark_clean(self.connection, [link.id])
        if edited:
            line = Decision(link_id=link.id, object=link.object, action=fate.value, reason=reason)
            self.journal.log(self.connection, [replace(line, base=link.base, theirs=shown.values)])

    def _wait(self, items: list[Parked]) -> None:
        """Park what could not be taken in, and keep its CRM id, so that it is tried again."""
        names = [(item.link_id, self.mapping.name, item.details["crm_id"]) for item in items]
        links.introduce(self.connection, self.sync.org_id, names)
        self._park(items)
        self.journal.counts.update({"waiting": len(items)} if items else {})

    def _park(self, items: list[Parked]) -> None:
        park(self.connection, self.sync.org_id, items, now=self.journal.now)

    def _agreed(self, shown: Theirs, base: Row) -> dict[str, Any]:
        return {
            "id": shown.link.id,
            "object": shown.link.object,
            "crm_id": shown.link.crm_id,
            "base": base,
            "base_modstamp": shown.modstamp,
            "base_read_at": self.read_at,
        }


def take_in(sync: Sync, journal: Journal, calls: Iterable[Sequence[Shown]]) -> None:
    """Take in what each API call showed, in a transaction of its own."""
    for call in calls:
        with sync.transaction() as connection:
            for shown in call:
                one = Pull(
                    sync=sync, connection=connection, journal=journal, mapping=shown.mapping, read_at=shown.read_at
                )
                one.take_in(shown.rows)


def _arrival(shown: Theirs) -> Arrival:
    return Arrival(id=shown.link.id, crm_id=shown.link.crm_id or "", modstamp=shown.modstamp, values=shown.values)


def _landed_unheard(met: Met) -> list[Decision]:
    """Return the log line of a write that arrived although its answer did not."""
    link, shown = met.theirs.link, met.theirs.values
    base = link.base or {}
    landed = {c: v for c, v in (link.sending or {}).items() if c in shown and shown[c] == v and base.get(c) != v}
    act = Act.UPDATE if link.base else Act.CREATE
    line = Decision(link_id=link.id, object=link.object, action=act.value, reason="landed; its answer had got lost")
    return [replace(line, base=link.base, ours=landed)] if landed else []


def _asked(met: Met, decision: FieldDecision) -> Parked:
    """Return the question to a person, with both values, what was agreed, and who wrote there and when."""
    why = Why.CONTESTED if decision.outcome is Outcome.CONTESTED else Why.CONFLICT
    shown = met.theirs
    return Parked(
        link_id=shown.link.id,
        object=shown.link.object,
        field=decision.column,
        why=why,
        code=why.name,
        reason=decision.reason,
        version=shown.link.version,
        details={
            "base": decision.base,
            "ours": decision.ours,
            "theirs": decision.theirs,
            "by": shown.by,
            "at": shown.modstamp.isoformat(),
        },
    )


def _dropped_but_edited(shown: Theirs, reason: str) -> Parked:
    return Parked(
        link_id=shown.link.id,
        object=shown.link.object,
        why=Why.DELETED,
        code=EDITED_THERE,
        reason=reason,
        version=shown.link.version,
        details={"theirs": shown.values, "by": shown.by, "at": shown.modstamp.isoformat()},
    )
