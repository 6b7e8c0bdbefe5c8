"""Dated values of KPIs: whatever writes a KPI, its values are kept."""

from alembic import op

revision = "0007"
down_revision = "0006"

TABLES = """
CREATE TABLE kpi_values (
    org_id UUID NOT NULL,
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    kpi_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    value NUMERIC(22, 4),
    by TEXT,
    CONSTRAINT kpi_values_pkey PRIMARY KEY (org_id, id)
);

CREATE INDEX kpi_values_kpi_id_idx ON kpi_values (org_id, kpi_id, at);
"""

# In triggers, so that no path can forget: our API, the sync, a job. An upsert that changes nothing adds nothing.
HISTORY = """
CREATE FUNCTION kpi_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO kpi_values (org_id, kpi_id, at, value, by)
    SELECT org_id, id, now(), current_value, editor() FROM changed;
    RETURN NULL;
END $$;

CREATE FUNCTION kpi_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO kpi_values (org_id, kpi_id, at, value, by)
    SELECT changed.org_id, changed.id, now(), changed.current_value, editor()
    FROM changed JOIN before ON before.org_id = changed.org_id AND before.id = changed.id
    WHERE before.current_value IS DISTINCT FROM changed.current_value;
    RETURN NULL;
END $$;

CREATE TRIGGER kpi_inserted AFTER INSERT ON objective_kpi REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION kpi_inserted();
CREATE TRIGGER kpi_updated AFTER UPDATE ON objective_kpi REFERENCING OLD TABLE AS before NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION kpi_updated();
"""

TENANCY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY org ON {table} USING (org_id = nullif(current_setting('plansync.org', true), '')::uuid);
"""

# FORCE binds the owner of the table too, who would see no org's rows here.
STANDING = """
ALTER TABLE objective_kpi NO FORCE ROW LEVEL SECURITY;
INSERT INTO kpi_values (org_id, kpi_id, at, value)
SELECT org_id, id, now(), current_value FROM objective_kpi ORDER BY org_id, id;
ALTER TABLE objective_kpi FORCE ROW LEVEL SECURITY;
"""


def upgrade() -> None:
    """Make the table and what fills it; what stands already is the first value of each KPI."""
    op.execute(TABLES)
    op.execute(HISTORY)
    op.execute(STANDING)
    op.execute(TENANCY.format(table="kpi_values"))
