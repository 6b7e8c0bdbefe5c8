"""How an org's sync is doing, for people: gathered from the ledger, judged in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Engine

from service.store import allowances, lock, unfit
from service.store import overview as ledger
from service.store.allowances import Allowance
from service.store.database import transaction
from service.store.orgs import Org
from service.store.overview import ParkedRecord, Run, Tally
from service.sync.park import Why

LATE = timedelta(days=1)
SYNCS = frozenset({"cycle", "full", "push"})
"""The kinds of runs that bring both sides into step."""
DAY = timedelta(days=1)


class Outcome(StrEnum):
    """How a run ended, or that it has not."""

    DONE = "done"
    RUNNING = "running"
    FAILED = "failed"
    CUT_OFF = "cut off"


class Health(StrEnum):
    """How an org is doing; what is neither good nor paused needs a person."""

    IN_STEP = "in step"
    RUNNING = "syncing now"
    NEW = "not synced yet"
    PAUSED = "paused"
    ATTENTION = "needs attention"
    LATE = "late"
    FAILED = "failed"

    @property
    def good(self) -> bool:
        """Say whether nobody has to do anything."""
        return self in (Health.IN_STEP, Health.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """An org's health and the sentence that explains it."""

    health: Health
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunShown:
    """One run with its outcome."""

    run: Run
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One org at a glance; `parked` holds the longest waiting of `parked_count`."""

    org: Org
    verdict: Verdict
    runs: Sequence[RunShown]
    tallies: Mapping[str, Tally]
    parked: Sequence[ParkedRecord]
    parked_count: int
    read_up_to: datetime | None
    api_calls_today: int
    allowance: Allowance

    @property
    def total(self) -> Tally:
        """Return the records of all objects by state."""
        return sum(self.tallies.values(), start=Tally())


def overview(engine: Engine, org: Org, *, now: datetime, runs: int = 8, parked: int = 50) -> Overview:
    """Gather how an org is doing from the ledger alone: no call to the CRM."""
    with transaction(engine, org.id) as connection:
        syncing = lock.is_taken(connection, org.id)
        newest = [
            RunShown(run=run, outcome=outcome(run, under_way=syncing and place == 0))
            for place, run in enumerate(ledger.last_runs(connection, limit=runs))
        ]
        tallies = ledger.tallies(connection)
        parked_count = ledger.count_parked(connection)
        allowance = allowances.read(connection)
        return Overview(
            org=org,
            verdict=judge(
                newest,
                tallies,
                parked_count,
                now=now,
                paused_until=allowance.paused_until,
                left_out=len(unfit.read(connection)),
            ),
            runs=newest,
            tallies=tallies,
            parked=ledger.parked_records(connection, limit=parked),
            parked_count=parked_count,
            read_up_to=ledger.read_up_to(connection),
            api_calls_today=ledger.api_calls_since(connection, now - DAY),
            allowance=allowance,
        )


def outcome(run: Run, *, under_way: bool) -> Outcome:
    """Say how a run ended; one without an end was cut off, unless it is the one that is under way."""
    if run.ended_at is not None:
        return Outcome.FAILED if run.error else Outcome.DONE
    return Outcome.RUNNING if under_way else Outcome.CUT_OFF


def judge(
    runs: Sequence[RunShown],
    tallies: Mapping[str, Tally],
    parked: int,
    *,
    now: datetime,
    paused_until: datetime | None = None,
    left_out: int = 0,
) -> Verdict:
    """Say how an org is doing; the gravest finding speaks."""
    if not runs:
        return Verdict(health=Health.NEW, reason="Nothing was read yet; run `plansync sync`.")
    last = runs[0]
    if last.outcome is Outcome.RUNNING:
        return Verdict(health=Health.RUNNING, reason="A sync is under way.")
    if paused_until is not None and paused_until > now:
        return Verdict(
            health=Health.PAUSED,
            reason="The org's API calls run short: the rest is for people, and the sync goes on by itself.",
        )
    # A repair or a sweep that broke off says nothing of how far both sides are in step.
    last = next((shown for shown in runs if shown.run.kind in SYNCS), last)
    if last.outcome is Outcome.FAILED:
        return Verdict(health=Health.FAILED, reason=f"The last sync broke off: {last.run.error}")
    if last.outcome is Outcome.CUT_OFF:
        reason = "The last sync was cut off; `plansync sync` goes on where it stood."
        return Verdict(health=Health.FAILED, reason=reason)
    return _of_what_is_left_out(left_out) or _after_a_good_run(last.run, tallies, parked, now=now)


def _of_what_is_left_out(left_out: int) -> Verdict | None:
    if not left_out:
        return None
    what = "1 mapped field or object" if left_out == 1 else f"{left_out} mapped fields or objects"
    reason = f"The org no longer offers {what}, left out until it does; `plansync doctor` names them."
    return Verdict(health=Health.ATTENTION, reason=reason)


def _after_a_good_run(last: Run, tallies: Mapping[str, Tally], parked: int, *, now: datetime) -> Verdict:
    if parked:
        what = "1 record or field waits" if parked == 1 else f"{parked} records or fields wait"
        return Verdict(health=Health.ATTENTION, reason=f"{what} for a decision or a correction.")
    if now - last.started_at > LATE:
        return Verdict(health=Health.LATE, reason="The last sync was more than a day ago; run `plansync sync`.")
    waiting = sum(tally.to_push for tally in tallies.values())
    if waiting:
        what = "1 change goes" if waiting == 1 else f"{waiting} changes go"
        return Verdict(health=Health.IN_STEP, reason=f"{what} to the CRM with the next sync.")
    return Verdict(health=Health.IN_STEP, reason="Both sides hold the same.")


def way_out(item: ParkedRecord) -> str:
    """Say what a person can do about something parked."""
    return _BY_CODE.get(item.code) or _BY_KIND[Why(item.kind)]


_BY_KIND = {
    Why.REFUSED: "Correct the value here, or the rule or right in the CRM; an edit here sends it again at once.",
    Why.BUSY: "Nothing: somebody else was changing the record or its parent; the next sync sends it again.",
    Why.ORPHANED: "Give the record another parent here, or delete it.",
    Why.WAITING: "Nothing, if the other record is on its way; else create it, or let the integration user see it.",
    Why.CONFLICT: "Decide whose value is right with `plansync conflicts decide`, or enter it on the other side too.",
    Why.CONTESTED: "Find the flow or trigger in the CRM that rewrites the field, or decide for the CRM's value.",
    Why.DELETED: "Decide whether the record lives with `plansync conflicts decide`, or do on one side as on the other.",
}
_BY_CODE = {
    "UNREADABLE": "Correct the value in the CRM, or the field's kind in the mapping.",
    "PARENT_DELETED": "Give the record another parent here, or delete it.",
    "INVALID_FIELD_FOR_INSERT_UPDATE": "Give the integration user the right to edit the field, or map it as pull.",
    "STRING_TOO_LONG": "Shorten the text here; the field in the CRM holds no more.",
}
