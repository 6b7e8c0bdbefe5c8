"""What an org said of the fields that it keeps from a user."""

from alembic import op

revision = "0010"
down_revision = "0009"

TABLE = """
CREATE TABLE field_security (
    org_id UUID NOT NULL,
    user_id TEXT NOT NULL COLLATE "C",
    object TEXT NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    shown BOOLEAN NOT NULL,
    hidden JSONB NOT NULL,
    locked JSONB NOT NULL,
    CONSTRAINT field_security_pkey PRIMARY KEY (org_id, user_id, object)
);
"""

TENANCY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY org ON {table} USING (org_id = nullif(current_setting('plansync.org', true), '')::uuid);
"""


def upgrade() -> None:
    """Make the table, fenced."""
    op.execute(TABLE)
    op.execute(TENANCY.format(table="field_security"))
