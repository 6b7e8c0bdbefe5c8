"""View as: what a user of the CRM may do with a record, or with any, and why; from the mirror of rights (G15)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from service.domain.permissions import Action, Right, Verdict, decide
from service.domain.values import to_18
from service.errors import PlansyncError
from service.mirror import links
from service.mirror.connected import Connected
from service.mirror.links import Link
from service.mirror.sharing import ACCESS, may_touch
from service.store import reports
from service.store.assignments import REPORT, Assignment, assignments_of
from service.store.ledger import links as ledger
from service.store.record_list import CRM_ID, names_of
from service.store.records import RECORDS

PLAINLY = "objective"
"""The noun that is asked about where no record is named: most of what customer success does."""


class Unanswerable(PlansyncError):  # noqa: N818 - named for what became of the question
    """A user or a record is not known here, or the org does not show who holds what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user of the CRM, as the sync brought him here."""

    crm_id: str
    username: str
    name: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody may do: every action with its verdict, by what was held when the mirror was made."""

    person: Person
    noun: str
    record: UUID | None
    record_name: str
    held: Sequence[Assignment]
    verdicts: Sequence[tuple[Action, Verdict]]
    mirrored_at: datetime


def view_as(org: Connected, username: str, *, noun: str = PLAINLY, record: str = "", now: datetime) -> Answer:
    """Say what a user may do with a record (our id or the CRM's) or, without one, with any of a noun."""
    with org.writing(by="") as connection:
        as_of = mirrored_at(connection)
        person = person_called(connection, username)
        link = _link(connection, record) if record else None
        name = names_of(connection, [link.id]).get(link.id, "") if link else ""
        held = [each for each in assignments_of(connection, person.crm_id) if not ended(each, now)]
    verdicts = [(action, _decide(person, held, action, link.object if link else noun)) for action in Action]
    if link:
        verdicts = [(action, _shared(org, person, link, action, of)) for action, of in verdicts if action in ACCESS]
    return Answer(
        person=person,
        noun=link.object if link else noun,
        record=link.id if link else None,
        record_name=name,
        held=held,
        verdicts=verdicts,
        mirrored_at=as_of,
    )


def mirrored_at(connection: Connection) -> datetime:
    """Return when the rights were read."""
    last = reports.last(connection, REPORT)
    if last is None:
        raise Unanswerable("The rights of the org's users were not read yet; read them with `plansync jobs run rights`")
    if not last.body["shown"]:
        raise Unanswerable(
            "The org does not show permission sets to the user that Plansync signs in as; give it View Setup and "
            "Configuration in a permission set of yours, then `plansync jobs run rights`"
        )
    return last.at


def person_called(connection: Connection, username: str) -> Person:
    """Return the user of a username; Unanswerable where there is none."""
    users = RECORDS["user_"]
    query = (
        select(ledger.c.crm_id, users.c.username, users.c.name, users.c.active)
        .join(ledger, ledger.c.id == users.c.id)
        .where(users.c.username == username.strip().lower())
    )
    row = connection.execute(query).first()
    if row is None:
        raise Unanswerable(
            f"No user of the org is called {username!r} here; check the username, or `plansync sync` first"
        )
    return Person(crm_id=row.crm_id, username=row.username, name=row.name, active=row.active)


def _link(connection: Connection, record: str) -> Link:
    """Return the link of a record that stands on both sides."""
    found: Link | None = None
    if CRM_ID.fullmatch(record):
        found = links.by_crm_id(connection, [to_18(record)]).get(to_18(record))
    else:
        with suppress(ValueError):
            found = links.by_id(connection, [UUID(record)]).get(UUID(record))
    if found is None or found.deleted or found.gone:
        raise Unanswerable(f"No record here has the id {record!r}; give our id or the CRM's of one that stands")
    return found


def ended(assignment: Assignment, now: datetime) -> bool:
    """Say whether somebody holds this no longer."""
    return assignment.expires_at is not None and assignment.expires_at <= now


def _decide(person: Person, held: Sequence[Assignment], action: Action, noun: str) -> Verdict:
    if not person.active:
        return Verdict(
            False, f"{person.username} is not active in Salesforce; ask an administrator to activate the user"
        )
    return decide(frozenset(Right(each.permission) for each in held), action, noun)


def _shared(org: Connected, person: Person, link: Link, action: Action, verdict: Verdict) -> Verdict:
    """Hold what is allowed in general against the org's sharing of this very record."""
    if not verdict.allowed or link.id in may_touch(org, person.crm_id, [link.id], action):
        return verdict
    reason = f"{verdict.reason}, but the org's sharing keeps this record from the user; ask its owner to share it"
    return Verdict(False, reason)
