"""The work queue: putting jobs in, taking over those of dead workers, and how it stands.

The tables are Procrastinate's, in a schema of their own; a job carries its name and its org, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, make_url, text
from sqlalchemy.engine import URL

SCHEMA = "procrastinate"
QUEUE = "sync"
SILENCE = timedelta(seconds=20)
"""How long a worker may say nothing before it counts as dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """How the queue stands: jobs that wait and are under way, the age of the oldest, and the workers that live."""

    waiting: int
    running: int
    oldest: timedelta | None
    workers: int


def address(url: URL | str) -> str:
    """Return where Procrastinate finds its tables."""
    # Without a space: in a URL it becomes a plus, which PostgreSQL takes for one.
    plain = make_url(url).set(drivername="postgresql").update_query_dict({"options": f"-csearch_path={SCHEMA}"})
    return plain.render_as_string(hide_password=False)


def put(connection: Connection, org_id: UUID, job: str, *, at: datetime | None = None) -> bool:
    """Let a worker do one job of an org, now or later; False when the same one waits already."""
    query = text("SELECT put_job(:org, :job, :at)")
    return bool(connection.execute(query, {"org": org_id, "job": job, "at": at}).scalar_one())


def take_over(connection: Connection, *, silence: timedelta = SILENCE) -> int:
    """Put the jobs of workers that died back; return how many."""
    return int(connection.execute(text("SELECT take_over_jobs(:silence)"), {"silence": silence}).scalar_one())


def state(connection: Connection, *, silence: timedelta = SILENCE) -> QueueState:
    """Return how the queue stands, over all orgs."""
    query = f"""
        SELECT count(*) FILTER (WHERE job.status = 'todo') AS waiting,
               count(*) FILTER (WHERE job.status = 'doing') AS running,
               now() - min(event.at) FILTER (WHERE job.status = 'todo') AS oldest,
               (SELECT count(*) FROM {SCHEMA}.procrastinate_workers WHERE last_heartbeat > now() - :silence) AS workers
        FROM {SCHEMA}.procrastinate_jobs job
        LEFT JOIN {SCHEMA}.procrastinate_events event ON event.job_id = job.id AND event.type = 'deferred'
    """  # noqa: S608 - a constant of ours
    return QueueState(**connection.execute(text(query), {"silence": silence}).mappings().one())


def of_org(connection: Connection, org_id: UUID) -> dict[str, str]:
    """Return what waits (`todo`) or is under way (`doing`) of an org, by job."""
    query = f"""
        SELECT task_name, max(status) FROM {SCHEMA}.procrastinate_jobs
        WHERE lock = :lock AND status IN ('todo', 'doing') GROUP BY task_name
    """  # noqa: S608 - a constant of ours
    rows = connection.execute(text(query), {"lock": f"sync:{org_id}"})
    return {row[0]: row[1] for row in rows}
