"""Detect: which records changed or went away, and whether the schema did, in one API call for twelve objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from service.crm.answers import Described, NotModified
from service.crm.errors import Refused
from service.crm.requests import deleted_since, describe_global, updated_since
from service.errors import PlansyncError
from service.store.ledger import cursors
from service.sync.context import Sync

LONGEST = timedelta(days=14)
"""Older than this, a cursor is no use: getDeleted looks back 15 days."""
NOT_OFFERED = frozenset({"NOT_FOUND", "INVALID_TYPE"})
"""Answers about an object that is no longer there for us: a change of the schema, which the same call tells."""
TOO_MANY = "EXCEEDED_ID_LIMIT"
"""The answer where a window holds more changes than the CRM lists."""
SCHEMA = "schema"
LOOKED = "looked"
"""When the CRM was asked last, by our clock."""
EVERY = timedelta(seconds=50)
"""The CRM is asked at most once a minute, since it cuts off seconds; a tick that comes a little early still counts."""


class Stale(PlansyncError):  # noqa: N818 - named for the state, which the caller mends with a full sync
    """The last sync was so long ago that the CRM no longer knows what was deleted since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """What the CRM says has happened, by object, and the cursors to keep once it is taken in."""

    changed: Mapping[str, set[str]]
    deleted: Mapping[str, set[str]]
    cursors: Mapping[str, datetime] = field(default_factory=dict)
    schema_changed: bool = False


class TooMany(PlansyncError):  # noqa: N818 - named for what happened
    """More changed in the window of one object than the CRM lists (600,000 ids)."""


def read_cursors(connection: Connection) -> dict[str, datetime]:
    """Return the named moments up to which the CRM was read."""
    return {row.name: row.at for row in connection.execute(select(cursors.c.name, cursors.c.at))}


def save_cursors(connection: Connection, sync: Sync, moved: Mapping[str, datetime]) -> None:
    """Move cursors; to be called in the transaction that takes in what they cover."""
    if moved:
        statement = insert(cursors)
        connection.execute(
            statement.on_conflict_do_update(index_elements=["org_id", "name"], set_={"at": statement.excluded.at}),
            [{"org_id": sync.org_id, "name": name, "at": at} for name, at in moved.items()],
        )


def ready(sync: Sync, known: Mapping[str, datetime]) -> bool:
    """Say whether every object has been read once, so that detection can go on from its cursors."""
    return all(f"{m.name}:{what}" in known for m in sync.mappings for what in ("updated", "deleted"))


def schema_of(known: Mapping[str, datetime]) -> dict[str, datetime]:
    """Return what is known of the schema's moment and of no other."""
    return {SCHEMA: known[SCHEMA]} if SCHEMA in known else {}


def due(known: Mapping[str, datetime], now: datetime) -> bool:
    """Say whether it is time to ask the CRM again; a clock that was set back asks at once."""
    return LOOKED not in known or abs(now - known[LOOKED]) >= EVERY


def look_again(connection: Connection) -> None:
    """Let the next run of the org ask the CRM, however lately one did."""
    connection.execute(delete(cursors).where(cursors.c.name == LOOKED))


def detect(sync: Sync, known: Mapping[str, datetime], *, now: datetime) -> Detected:
    """Ask what happened since the cursors; a first call (no cursors) finds where to begin.

    The next cursor is what the CRM says it covered, never "now": it stands at the start of any
    long-running transaction, so late commits are not lost.
    """
    end = minute(now) + timedelta(minutes=1)
    # The schema's moment is that of its last change, however long ago.
    oldest = min((at for name, at in known.items() if name not in (SCHEMA, LOOKED)), default=end)
    if end - oldest > LONGEST and ready(sync, known):
        raise Stale("The last sync was more than 14 days ago; run `plansync sync --full` to compare everything once")
    requests = [
        ask(mapping.sobject, start=start_of(known, mapping.name, what, end), end=end)
        for mapping in sync.mappings
        for what, ask in (("updated", updated_since), ("deleted", deleted_since))
    ]
    *answers, schema = sync.client.composite([*requests, describe_global(modified_since=known.get(SCHEMA))])
    for answer in (*answers, schema):
        if isinstance(answer, Refused) and answer.code == TOO_MANY:
            raise TooMany("More has changed since the last look than the CRM lists; everything is compared once")
        if isinstance(answer, Refused) and not (answer.code in NOT_OFFERED and isinstance(schema, Described)):
            raise answer
    return _read(sync, answers, schema, now=now)


def start_of(known: Mapping[str, datetime], noun: str, what: str, end: datetime) -> datetime:
    """Return where a window begins: at its cursor, and never so late that the window is empty."""
    return min(minute(known.get(f"{noun}:{what}", end)), end - timedelta(minutes=1))


def minute(at: datetime) -> datetime:
    """Cut to the minute, as the CRM does."""
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def _read(sync: Sync, answers: list[Any], schema: Described | NotModified, *, now: datetime) -> Detected:
    changed: dict[str, set[str]] = {}
    deleted: dict[str, set[str]] = {}
    moved: dict[str, datetime] = {LOOKED: now}
    for mapping, updated, gone in zip(sync.mappings, answers[::2], answers[1::2], strict=True):
        if isinstance(updated, Refused) or isinstance(gone, Refused):
            continue
        changed[mapping.name] = set(updated.ids)
        deleted[mapping.name] = {crm_id for crm_id, _ in gone.rows}
        moved[f"{mapping.name}:updated"] = updated.latest
        moved[f"{mapping.name}:deleted"] = gone.latest
    if isinstance(schema, Described):
        # An org that does not say when its schema changed is asked about the time of this cycle.
        moved[SCHEMA] = schema.modified or now
    return Detected(changed=changed, deleted=deleted, cursors=moved, schema_changed=isinstance(schema, Described))
