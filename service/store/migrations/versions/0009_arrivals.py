"""Arrivals bring their links along: the trigger need not look whether there are some."""

from alembic import op

revision = "0009"
down_revision = "0008"

LINKED = """
CREATE OR REPLACE FUNCTION link_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('plansync.linked', true), '') = 'on' THEN
        RETURN NULL;
    END IF;
    INSERT INTO links (org_id, id, object, version, bulk, edited_by, edited_at)
    SELECT org_id, id, TG_ARGV[0], 1, bulk(), editor(), now() FROM changed
    -- A link that stands already with a version is the sync's own, made with the record in the same transaction.
    ON CONFLICT (org_id, id) DO UPDATE SET version = links.version + 1, deleted = false, bulk = bulk(),
        edited_by = editor(), edited_at = now()
    WHERE links.deleted OR links.version = 0;
    PERFORM wake();
    RETURN NULL;
END $$;
"""


def upgrade() -> None:
    """Let a writer say that it has written the links itself."""
    op.execute(LINKED)
