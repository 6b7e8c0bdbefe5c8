"""Telling: what is known of one record, in sentences a person can act on. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from service.domain.merging import Direction
from service.domain.values import Row
from service.mapping.model import ObjectMapping
from service.mirror import ours
from service.mirror.links import Link
from service.store.about import About
from service.store.decision_log import Line
from service.store.overview import ParkedRecord
from service.sync.behind import Waiter, told
from service.sync.context import rules
from service.sync.overview import way_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything known of one record that has a link.

    `theirs` is what the CRM shows now: None when it was not asked, and `shown` says whether it showed anything.
    """

    mapping: ObjectMapping
    link: Link
    about: About
    name: str
    held: Row | None
    now: datetime
    parked: Sequence[ParkedRecord] = ()
    behind: Sequence[Waiter] = ()
    unfit: Mapping[str, str] = field(default_factory=dict)
    decisions: Sequence[Line] = ()
    paused_until: datetime | None = None
    asked: bool = False
    shown: bool = False
    theirs: Row | None = None


def tell(known: Known) -> Iterator[str]:
    """Yield the sentences, the most telling first."""
    yield _identity(known)
    yield from _life(known)
    for item in known.parked:
        yield from _parked(item)
    if known.behind:
        yield f"Behind it wait: {told(known.behind)}."
    for column, reason in known.unfit.items():
        yield f"{f'The field {column}' if column else 'The whole object'} is not synced at present: {reason}."
    if known.paused_until and known.paused_until > known.now:
        yield f"The org's sync is paused until {_moment(known.paused_until)}, so that API calls are left for people."
    if known.asked:
        yield _in_the_crm(known)
    if known.decisions:
        yield _last(known.decisions[0])


def field_state(known: Known, column: str, base: Row) -> str:
    """Say in a few words how one field stands."""
    waits = next((item.kind for item in known.parked if item.field == column), None)
    if waits or column in known.unfit:
        return f"waits ({waits})" if waits else "not offered by the org"
    if known.theirs is not None and known.theirs.get(column) != base.get(column):
        return "changed in the CRM"
    if known.held is None or known.held[column] == base.get(column):
        return ""
    return "set back" if rules(known.mapping)[column].direction is Direction.PULL else "changed here"


def _identity(known: Known) -> str:
    link, what = known.link, f"{known.link.object} {known.name}".strip()
    there = f"{known.mapping.sobject} {link.crm_id} in the CRM" if link.crm_id else "not known to the CRM yet"
    return f"{what}: {link.id} here, {there}."


def _life(known: Known) -> Iterator[str]:
    link = known.link
    if known.about.merged_into:
        yield f"A merge in the CRM put it into {known.about.merged_into}; that record goes on in its place."
    elif link.gone:
        yield "It is deleted on both sides, and stays so."
    elif link.deleted:
        yield f"It was deleted here{_by(known.about)}. {_next(known)}"
    elif link.dirty:
        yield f"It was changed here{_by(known.about)}. {_next(known)}"
    elif link.crm_id is None:
        yield "The mapping does not create these records in the CRM, so it stays here alone."
    elif link.base is None:
        yield "The CRM has it, and it could not be taken in yet."
    elif not known.parked:
        at = f", last read {_moment(link.base_read_at)}" if link.base_read_at else ""
        yield f"As far as Plansync knows both sides hold the same{at}; no change waits on our side."


def _next(known: Known) -> str:
    if any(not item.field for item in known.parked):
        return "That waits:"
    mapping, link = known.mapping, known.link
    if mapping.direction is Direction.PULL:
        return "The mapping only reads these records, so the next sync sets it back."
    if link.deleted and not mapping.pushes_deletes:
        return "The mapping keeps deletions here, so the CRM keeps its record."
    if link.sending is not None:
        return "It was sent and the answer got lost; the next sync looks whether it arrived."
    if link.crm_id is None and not mapping.pushes_creates:
        return "The mapping does not create these records in the CRM, so it stays here alone."
    changed = sorted(c for c, v in (known.held or {}).items() if (link.base or {}).get(c) != v) if link.base else []
    pushed = [column for column in changed if rules(mapping)[column].direction is not Direction.PULL]
    what = f" ({', '.join(pushed)})" if pushed else ""
    return f"The next sync takes it to the CRM{what}."


def _parked(item: ParkedRecord) -> Iterator[str]:
    what = f"Its {item.field}" if item.field else "It"
    tries = f" after {item.attempts} tries" if item.attempts > 1 else ""
    when = f"; next try {_moment(item.retry_at)}" if item.retry_at else ""
    yield f"{what} waits{tries} ({item.kind}, {item.code}): {item.reason.rstrip('.')}{when}."
    yield f"Way out: {way_out(item)}"


def _in_the_crm(known: Known) -> str:
    if not known.shown:
        return "The CRM does not show it: it was deleted there, or the integration user may not see it."
    if known.theirs is None:
        return "The CRM shows it with a value that the mapping cannot read."
    base = ours.agreed(known.mapping, known.link.base) or {}
    changed = sorted(c for c, v in known.theirs.items() if c not in base or base[c] != v)
    if changed:
        return f"The CRM holds something else now in {', '.join(changed)}; the next sync takes that in."
    return "The CRM still holds what both sides agreed on."


def _last(line: Line) -> str:
    what = f"{line.action} of {line.field}" if line.field else line.action
    return f"The last decision about it, {_moment(line.at)}: {what}, because {line.reason.rstrip('.')}."


def _by(about: About) -> str:
    who = f" by {about.edited_by}" if about.edited_by else ""
    return f"{who} on {_moment(about.edited_at)}" if about.edited_at else who


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
