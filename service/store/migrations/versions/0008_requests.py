"""Answers of requests that may come twice, how many each caller may still make, and what people prefer."""

from alembic import op

revision = "0008"
down_revision = "0007"

TABLES = """
CREATE TABLE answers (
    org_id UUID NOT NULL,
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    request BYTEA NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    status SMALLINT,
    headers JSONB,
    body TEXT,
    CONSTRAINT answers_pkey PRIMARY KEY (org_id, caller, key)
);

CREATE TABLE buckets (
    org_id UUID NOT NULL,
    caller TEXT NOT NULL,
    "left" DOUBLE PRECISION NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT buckets_pkey PRIMARY KEY (org_id, caller)
);

CREATE TABLE preferences (
    org_id UUID NOT NULL,
    caller TEXT NOT NULL,
    name TEXT NOT NULL,
    value JSONB NOT NULL,
    CONSTRAINT preferences_pkey PRIMARY KEY (org_id, caller, name)
);
"""

TENANCY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY org ON {table} USING (org_id = nullif(current_setting('plansync.org', true), '')::uuid);
"""


def upgrade() -> None:
    """Make the tables, each fenced."""
    op.execute(TABLES)
    for table in ("answers", "buckets", "preferences"):
        op.execute(TENANCY.format(table=table))
