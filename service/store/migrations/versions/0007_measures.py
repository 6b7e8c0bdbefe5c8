"""Dated values of KPIs."""

from alembic import op

revision = "0007"
down_revision = "0006"

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
