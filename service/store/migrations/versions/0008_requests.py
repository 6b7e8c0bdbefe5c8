"""Answers of requests that may come twice, and what people prefer."""

from alembic import op

revision = "0008"
down_revision = "0007"

TABLES = ""

TENANCY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY org ON {table} USING (org_id = nullif(current_setting('plansync.org', true), '')::uuid);
"""


def upgrade() -> None:
    """Make the tables."""
    if TABLES:
        op.execute(TABLES)
