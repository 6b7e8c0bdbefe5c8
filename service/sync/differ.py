"""Differ: say what is wrong with one record that the two sides do not hold alike, or why that is no surprise. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from service.domain.values import Row, Value
from service.mapping.model import ObjectMapping
from service.mirror import ours
from service.mirror.links import Link


class Kind(StrEnum):
    """In which way a record differs."""

    ONLY_HERE = "only here"
    ONLY_THERE = "only there"
    FIELDS = "fields differ"
    BASE = "base differs"
    """Both sides hold the same, and the ledger believes something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDifference:
    """One field with what each side holds and what they are believed to have agreed on."""

    column: str
    base: Value
    ours: Value
    theirs: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One record that differs; with `waiting` it is known to be under way, and that is the reason."""

    object: str
    id: UUID | None
    crm_id: str | None
    kind: Kind
    fields: tuple[FieldDifference, ...] = ()
    waiting: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything known of one record when it was looked at closely.

    `theirs` holds their values in our words, None when the CRM shows nothing; `unreadable` says that it shows what the
    mapping cannot read. `asked` are the fields parked for a person, with the reason; `parked` is the reason for which
    the whole record waits. `moved` says that a sync touched it meanwhile, `deleted` that the CRM deleted it since it
    was last read up to `read_up_to`.
    """

    mapping: ObjectMapping
    id: UUID | None
    link: Link | None
    crm_id: str | None
    ours: Row | None
    theirs: Row | None
    modstamp: datetime | None
    read_up_to: datetime
    unreadable: str = ""
    asked: Mapping[str, str] = field(default_factory=dict)
    parked: str = ""
    moved: bool = False
    deleted: bool = False


def differ(facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with a record, and what only waits; nothing when it is equal after all."""
    kind, fields = _compare(facts)
    if kind is None:
        return
    reason = _waits(facts)
    known = () if reason else tuple(f for f in fields if f.column in facts.asked)
    if known:
        why = "; ".join(f"{f.column}: {facts.asked[f.column]}" for f in known)
        yield _finding(facts, kind, known, f"parked: {why}")
    rest = tuple(f for f in fields if f not in known)
    if rest or not fields:
        yield _finding(facts, kind, rest, reason)


def _finding(facts: Facts, kind: Kind, fields: tuple[FieldDifference, ...], waiting: str) -> Finding:
    return Finding(
        object=facts.mapping.name,
        id=facts.id,
        crm_id=facts.crm_id,
        kind=kind,
        fields=fields,
        waiting=waiting,
    )


def _compare(facts: Facts) -> tuple[Kind | None, tuple[FieldDifference, ...]]:
    shown = facts.theirs is not None or bool(facts.unreadable)
    if facts.ours is None:
        return (Kind.ONLY_THERE if shown else None), ()
    if not shown:
        return Kind.ONLY_HERE, ()
    base = (facts.link and ours.agreed(facts.mapping, facts.link.base)) or {}
    held, theirs = facts.ours, facts.theirs or {}
    lines = [
        FieldDifference(column=c, base=base.get(c), ours=held[c], theirs=theirs.get(c)) for c in held if c in theirs
    ]
    fields = tuple(line for line in lines if line.ours != line.theirs)
    if fields or facts.unreadable:
        return Kind.FIELDS, fields
    stale = tuple(line for line in lines if line.column in base and line.base != line.ours)
    return (Kind.BASE if stale else None), stale


def _waits(facts: Facts) -> str:
    """Return why the whole record is under way; '' when it is not."""
    link, mapping = facts.link, facts.mapping
    if facts.moved:
        return "synced while the audit was looking"
    if facts.parked:
        return f"parked: {facts.parked}"
    if link is not None and link.dirty:
        return "changed here; it goes to the CRM with the next sync"
    if facts.deleted or _unread(facts):
        return "changed in the CRM since it was last read; the next sync takes it in"
    if facts.unreadable:
        return facts.unreadable
    return _kept_apart(mapping, link, facts)


def _unread(facts: Facts) -> bool:
    """Say whether the CRM shows a version of the record that no detection has covered and no sync has read."""
    if facts.modstamp is None or facts.modstamp <= facts.read_up_to:
        return False
    return facts.link is None or facts.link.base_modstamp != facts.modstamp


def _kept_apart(mapping: ObjectMapping, link: Link | None, facts: Facts) -> str:
    """Return which rule of the mapping keeps a record on one side."""
    if facts.ours is not None and facts.crm_id is None and not mapping.pushes_creates:
        return "the mapping does not create these records in the CRM"
    if facts.ours is None and link is not None and link.deleted and not mapping.pushes_deletes:
        return "deleted here; the mapping keeps deletions here"
    return ""
