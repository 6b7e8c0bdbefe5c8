"""Record tables, the ledger, row-level security and the triggers that bump link versions."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

RECORDS = (
    "user_",
    "account",
    "contact",
    "cs_resource",
    "success_plan",
    "objective",
    "objective_kpi",
    "playbook",
    "playbook_task",
    "playbook_task_dependency",
    "playbook_task_assignment",
    "cs_activity",
)
LEDGER = ("links", "cursors", "runs", "decisions", "parked")

TOUCH = """
CREATE FUNCTION link_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO links (org_id, id, object, version)
    SELECT org_id, id, TG_ARGV[0], 1 FROM changed
    -- A link that stands already with a version is the sync's own, made with the record in the same transaction.
    ON CONFLICT (org_id, id) DO UPDATE SET version = links.version + 1, deleted = false
    WHERE links.deleted OR links.version = 0;
    RETURN NULL;
END $$;

CREATE FUNCTION link_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE links SET version = version + 1 FROM changed
    WHERE links.org_id = changed.org_id AND links.id = changed.id;
    RETURN NULL;
END $$;

CREATE FUNCTION link_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE links SET version = version + 1, deleted = true FROM changed
    WHERE links.org_id = changed.org_id AND links.id = changed.id;
    RETURN NULL;
END $$;
"""

TRIGGERS = """
CREATE TRIGGER link_inserted AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION link_inserted('{noun}');
CREATE TRIGGER link_updated AFTER UPDATE ON {table} REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION link_updated();
CREATE TRIGGER link_deleted AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION link_deleted();
"""

# FORCE binds the owner of the tables, too: the application's role is the owner (P13).
TENANCY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY org ON {table} USING (org_id = nullif(current_setting('plansync.org', true), '')::uuid);
"""


def upgrade() -> None:
    """Create everything that the first release needs."""
    op.execute(Path(__file__).with_suffix(".sql").read_text())
    op.execute(TOUCH)
    for table in RECORDS:
        op.execute(TRIGGERS.format(table=table, noun=table.rstrip("_")))
    for table in (*RECORDS, *LEDGER):
        op.execute(TENANCY.format(table=table))
