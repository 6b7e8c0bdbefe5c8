"""Dated changes of KPIs: whatever changes a current value, what it was and became is kept."""

from alembic import op

revision = "0007"
down_revision = "0006"

TABLES = """
CREATE TABLE kpi_values (
    org_id UUID NOT NULL,
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    kpi_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    was NUMERIC(22, 4),
    value NUMERIC(22, 4),
    by TEXT,
    CONSTRAINT kpi_values_pkey PRIMARY KEY (org_id, id)
);

CREATE INDEX kpi_values_kpi_id_idx ON kpi_values (org_id, kpi_id, at);
"""

# In a trigger, so that no path can forget: our API, the sync, a job. What is made or loaded is no change.
HISTORY = """
CREATE FUNCTION kpi_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO kpi_values (org_id, kpi_id, at, was, value, by)
    SELECT changed.org_id, changed.id, now(), before.current_value, changed.current_value, editor()
    FROM changed JOIN before ON before.org_id = changed.org_id AND before.id = changed.id
    WHERE before.current_value IS DISTINCT FROM changed.current_value;
    RETURN NULL;
END $$;

CREATE TRIGGER kpi_changed AFTER UPDATE ON objective_kpi REFERENCING OLD TABLE AS before NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION kpi_changed();
"""

TENANCY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY org ON {table} USING (org_id = nullif(current_setting('plansync.org', true), '')::uuid);
"""


def upgrade() -> None:
    """Make the table and what fills it."""
    op.execute(TABLES)
    op.execute(HISTORY)
    op.execute(TENANCY.format(table="kpi_values"))
