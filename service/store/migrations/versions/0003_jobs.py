"""The work queue (Procrastinate's tables in a schema of their own), the ticks of the clock and what each job did last."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0003"
down_revision = "0002"

TABLES = """
CREATE TABLE ticks (
    org_id UUID NOT NULL,
    job TEXT NOT NULL,
    due TIMESTAMP WITH TIME ZONE NOT NULL,
    missed BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT ticks_pkey PRIMARY KEY (org_id, job, due)
);

CREATE TABLE jobs (
    org_id UUID NOT NULL,
    job TEXT NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE,
    started_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    outcome TEXT,
    note TEXT,
    CONSTRAINT jobs_pkey PRIMARY KEY (org_id, job)
);
"""

TENANCY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY org ON {table} USING (org_id = nullif(current_setting('plansync.org', true), '')::uuid);
"""

# Functions, because Procrastinate's triggers find their tables by the search path. What waits already is not put again.
# A job that is taken over becomes a new one: only an INSERT wakes the workers.
FUNCTIONS = """
CREATE FUNCTION put_job(org uuid, job text, at timestamptz) RETURNS boolean
LANGUAGE sql SET search_path = procrastinate AS $$
    WITH put AS (
        INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, scheduled_at)
        VALUES ('sync', job, 'sync:' || org, job || ':' || org, jsonb_build_object('org_id', org), at)
        ON CONFLICT DO NOTHING RETURNING id
    )
    SELECT EXISTS (SELECT FROM put)
$$;

CREATE FUNCTION take_over_jobs(silence interval) RETURNS bigint
LANGUAGE sql SET search_path = procrastinate AS $$
    WITH lost AS (
        DELETE FROM procrastinate_jobs WHERE id IN (
            SELECT job.id FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
            WHERE job.status = 'doing' AND (worker.id IS NULL OR worker.last_heartbeat < now() - silence)
            FOR UPDATE OF job SKIP LOCKED
        )
        RETURNING queue_name, task_name, lock, queueing_lock, args
    ), again AS (
        INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
        SELECT queue_name, task_name, lock, queueing_lock, args FROM lost
        ON CONFLICT DO NOTHING
    )
    SELECT count(*) FROM lost
$$;
"""


def upgrade() -> None:
    """Create what the clock and the workers need."""
    op.execute(TABLES)
    for table in ("ticks", "jobs"):
        op.execute(TENANCY.format(table=table))
    queue = SchemaManager.get_schema().replace("%", "%%")
    op.execute("CREATE SCHEMA procrastinate")
    op.execute("SET LOCAL search_path TO procrastinate")
    op.get_bind().exec_driver_sql(queue)
    op.execute("SET LOCAL search_path TO DEFAULT")
    op.get_bind().exec_driver_sql(FUNCTIONS)
