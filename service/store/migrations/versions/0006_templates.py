"""Versions of templates, requests that are kept until the org answers, and an org's own days off."""

from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = """
CREATE TABLE kept_requests (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    body JSONB NOT NULL,
    asked_by JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    attempts INTEGER DEFAULT 1 NOT NULL,
    tried_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_error TEXT NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    outcome JSONB,
    refused JSONB,
    CONSTRAINT kept_requests_pkey PRIMARY KEY (org_id, id)
);

CREATE INDEX kept_requests_waiting_idx ON kept_requests (org_id, created_at) WHERE ended_at IS NULL;

CREATE TABLE days_off (
    org_id UUID NOT NULL,
    day DATE NOT NULL,
    yearly BOOLEAN NOT NULL,
    name TEXT NOT NULL,
    CONSTRAINT days_off_pkey PRIMARY KEY (org_id, day, yearly)
);

CREATE TABLE template_versions (
    org_id UUID NOT NULL,
    template_id UUID NOT NULL,
    version INTEGER NOT NULL,
    document JSONB NOT NULL,
    records JSONB NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    published_by TEXT NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    CONSTRAINT template_versions_pkey PRIMARY KEY (org_id, template_id, version)
);
"""

TENANCY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY org ON {table} USING (org_id = nullif(current_setting('plansync.org', true), '')::uuid);
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(TABLES)
    for table in ("kept_requests", "days_off", "template_versions"):
        op.execute(TENANCY.format(table=table))
