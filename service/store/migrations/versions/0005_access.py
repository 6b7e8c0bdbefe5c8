"""Who calls: the certificates of each org, the tokens that were seen, and the mirrored rights of its users."""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = """
CREATE TABLE certificates (
    org_id UUID NOT NULL,
    fingerprint TEXT NOT NULL,
    pem TEXT NOT NULL,
    registered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    retired_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT certificates_pkey PRIMARY KEY (org_id, fingerprint)
);

CREATE TABLE seen_tokens (
    org_id UUID NOT NULL,
    jti TEXT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT seen_tokens_pkey PRIMARY KEY (org_id, jti)
);

CREATE INDEX seen_tokens_expires_at_idx ON seen_tokens (org_id, expires_at);

CREATE TABLE assignments (
    org_id UUID NOT NULL,
    user_id TEXT NOT NULL COLLATE "C",
    permission TEXT NOT NULL,
    through TEXT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT assignments_pkey PRIMARY KEY (org_id, user_id, permission, through)
);

CREATE TABLE sharing_models (
    org_id UUID NOT NULL,
    object TEXT NOT NULL,
    model TEXT NOT NULL,
    CONSTRAINT sharing_models_pkey PRIMARY KEY (org_id, object)
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
    for table in ("certificates", "seen_tokens", "assignments", "sharing_models"):
        op.execute(TENANCY.format(table=table))
