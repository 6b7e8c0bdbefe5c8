"""Who calls: certificates, tokens seen, mirrored rights."""

from alembic import op

revision = "0005"
down_revision = "0004"

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
