"""What each job does: a few lines that call the use case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.access.rights import refresh as refresh_rights
from service.plans.kept_clones import make_kept
from service.plans.progress import refresh as refresh_progress
from service.store import field_security, kept_requests, schedule
from service.store.overview import tried_longest_ago
from service.sync import audit as audits
from service.sync import park
from service.sync.context import Sync
from service.sync.cycle import Full, run_cycle
from service.sync.prune import prune as prune_ledger
from service.sync.refresh import refresh_formulas
from service.sync.run import Report
from service.sync.sweep import sweep as sweep_ids

RETRIED_AT_ONCE = 200
"""Parked records that a retry lets go: what stays refused costs a bounded number of calls."""
TICKS_KEPT = timedelta(days=14)
FIELDS_KEPT = timedelta(days=1)
"""What is closed to a user is asked anew every hour in which it matters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a job works with; `keep` is how long decisions and runs are kept."""

    sync: Sync
    now: datetime
    clock: Callable[[], datetime]
    keep: timedelta


def sync(work: Work) -> Report:
    """Bring both sides into step."""
    return run_cycle(work.sync, now=work.now, clock=work.clock)


def full(work: Work) -> Report:
    """Read and compare everything."""
    return run_cycle(work.sync, now=work.now, clock=work.clock, full=Full())


def retry(work: Work) -> Report:
    """Let the records go that were tried longest ago, and sync."""
    with work.sync.transaction() as connection:
        ids = tried_longest_ago(connection, now=work.now, limit=RETRIED_AT_ONCE)
        park.retry_now(connection, now=work.now, ids=ids)
    return sync(work)


def progress(work: Work) -> Report:
    """Compute the progress of playbooks, objectives and plans."""
    return Report(kind="progress", counts=refresh_progress(work.sync), api_calls=0)


def kept(work: Work) -> Report:
    """Make the clones that were asked for while the org did not answer."""
    before = work.sync.client.api_calls
    counts = make_kept(work.sync, now=work.now)
    return Report(kind="kept", counts=dict(counts), api_calls=work.sync.client.api_calls - before)


def refresh(work: Work) -> Report:
    """Read again what the CRM computes."""
    return refresh_formulas(work.sync, now=work.now, clock=work.clock)


def rights(work: Work) -> Report:
    """Read who holds which right, and how objects are shared."""
    before = work.sync.client.api_calls
    found = refresh_rights(work.sync, now=work.now)
    counts = {"assignments": len(found.assignments), "objects": len(found.sharing)}
    return Report(kind="rights", counts=counts, api_calls=work.sync.client.api_calls - before)


def sweep(work: Work) -> Report:
    """Find what vanished without a trace."""
    return sweep_ids(work.sync, now=work.now, clock=work.clock)


def audit(work: Work) -> Report:
    """Prove that both sides are equal, and keep the report."""
    made = audits.audit(work.sync, now=work.now)
    audits.keep(work.sync, made)
    return Report(kind="audit", counts={"differences": made.differences}, api_calls=made.api_calls)


def prune(work: Work) -> Report:
    """Drop what was kept long enough."""
    counts = prune_ledger(work.sync.engine, work.sync.org_id, before=work.now - work.keep)
    with work.sync.transaction() as connection:
        ticks = schedule.forget(connection, before=work.now - TICKS_KEPT)
        requests = kept_requests.forget(connection, before=work.now - work.keep)
        fields = field_security.forget(connection, before=work.now - FIELDS_KEPT)
    dropped = {**counts, "ticks": ticks, "requests": requests, "field_security": fields}
    return Report(kind="prune", counts=dropped, api_calls=0)
