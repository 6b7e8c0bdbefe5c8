"""Plan a push: what each record that changed here needs there. Pure; `send` carries it out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from service.domain.merging import SENDS_OURS, TAKES_THEIRS, Direction, FieldDecision, merge
from service.domain.values import Row
from service.mapping.model import ObjectMapping
from service.mirror import ours
from service.mirror.links import Link
from service.sync.context import rules


class Act(StrEnum):
    """What a record needs in the CRM."""

    CREATE = "create there"
    UPDATE = "push"
    CONDITIONAL = "push if unchanged"
    DELETE = "delete there"
    FORGET = "forget"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One record's push: the values to send, and what is to be set back here (fields that only the CRM writes)."""

    link: Link
    mapping: ObjectMapping
    act: Act
    values: Row
    reason: str
    undo: tuple[FieldDecision, ...] = ()
    asked: bool = False
    """A person was asked about the record; whether that is over shows only when it is read again."""


def plan(mapping: ObjectMapping, link: Link, held: Row | None, *, asked: Collection[str] = ()) -> Write:
    """Say what one dirty record needs; `asked` are its fields that wait for a person ('' is the whole record)."""
    return replace(_plan(mapping, link, held, asked), asked=bool(asked))


def _plan(mapping: ObjectMapping, link: Link, held: Row | None, asked: Collection[str]) -> Write:
    if mapping.direction is Direction.PULL:
        undo = () if held is None else differences(mapping, link, held)[1]
        return _write(mapping, link, Act.NOTHING, "only the CRM writes these records", undo=undo)
    if held is None:
        return _deletion(mapping, link)
    if link.crm_id is None:
        return _creation(mapping, link, held)
    send, undo = differences(mapping, link, held)
    send = {column: value for column, value in send.items() if column not in asked}
    if not send:
        return _write(mapping, link, Act.NOTHING, "nothing is left to push", undo=undo)
    shared = any(rules(mapping)[column].direction is Direction.BOTH for column in send)
    act = Act.CONDITIONAL if shared else Act.UPDATE
    return _write(mapping, link, act, "changed here", values=send, undo=undo)


def needs_reading(write: Write) -> bool:
    """Say whether the record has to be read again before it is written: its fate is unknown, or its base too fresh."""
    link = write.link
    if write.asked and link.crm_id:
        return True
    if write.act in (Act.NOTHING, Act.FORGET):
        return False
    if link.crm_id is None or link.sending is not None:
        return link.sending is not None
    return write.act is Act.DELETE or (write.act is Act.CONDITIONAL and not link.cold)


def _deletion(mapping: ObjectMapping, link: Link) -> Write:
    if link.gone or (link.crm_id is None and link.sending is None):
        return _write(mapping, link, Act.FORGET, "deleted before the CRM knew it")
    if not mapping.pushes_deletes:
        return _write(mapping, link, Act.FORGET, "the mapping keeps deletions here")
    return _write(mapping, link, Act.DELETE, "deleted here")


def _creation(mapping: ObjectMapping, link: Link, held: Row) -> Write:
    if not mapping.pushes_creates or mapping.key is None:
        return _write(mapping, link, Act.NOTHING, "the mapping does not create records in the CRM")
    sent = {f.column for f in mapping.fields if f.pushed}
    values: Row = {column: value for column, value in held.items() if column in sent and value is not None}
    return _write(mapping, link, Act.CREATE, "new here", values=values)


def differences(mapping: ObjectMapping, link: Link, held: Row) -> tuple[Row, tuple[FieldDecision, ...]]:
    """Return what to send and what to set back, by comparing ours with the base."""
    base = ours.agreed(mapping, link.base) or {}
    # What was never met and is empty here is nobody's change: a column that the mapping has only just got.
    known = {column: base.get(column) for column, value in held.items() if column in base or value}
    decided = merge(rules(mapping), base=base, ours=held, theirs=known)
    send = {d.column: d.ours for d in decided.decisions if d.outcome in SENDS_OURS}
    return send, tuple(d for d in decided.decisions if d.outcome in TAKES_THEIRS)


def _write(
    mapping: ObjectMapping,
    link: Link,
    act: Act,
    reason: str,
    *,
    values: Row | None = None,
    undo: tuple[FieldDecision, ...] = (),
) -> Write:
    return Write(link=link, mapping=mapping, act=act, values=values or {}, undo=undo, reason=reason)
