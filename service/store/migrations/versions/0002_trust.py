"""What a trusted sync remembers: who edited, what is urgent, what was merged, what the org bears, what no longer fits."""

from alembic import op

revision = "0002"
down_revision = "0001"

LEDGER = """
ALTER TABLE links
    ADD COLUMN bulk BOOLEAN DEFAULT false NOT NULL,
    ADD COLUMN merged_into UUID,
    ADD COLUMN edited_by TEXT,
    ADD COLUMN edited_at TIMESTAMP WITH TIME ZONE;

CREATE INDEX decisions_at_idx ON decisions USING brin (at);

DROP INDEX links_dirty_idx;

CREATE INDEX links_dirty_idx ON links (org_id, object, bulk, id) WHERE version > pushed_version;

CREATE TABLE allowances (
    org_id UUID NOT NULL,
    used INTEGER,
    allowed INTEGER,
    seen_at TIMESTAMP WITH TIME ZONE,
    paused_until TIMESTAMP WITH TIME ZONE,
    most_rows INTEGER DEFAULT '1000' NOT NULL,
    CONSTRAINT allowances_pkey PRIMARY KEY (org_id)
);

CREATE TABLE unfit (
    org_id UUID NOT NULL,
    object TEXT NOT NULL,
    field TEXT DEFAULT '' NOT NULL,
    reason TEXT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT unfit_pkey PRIMARY KEY (org_id, object, field)
);

CREATE TABLE reports (
    org_id UUID NOT NULL,
    kind TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    body JSONB NOT NULL,
    CONSTRAINT reports_pkey PRIMARY KEY (org_id, kind)
);
"""

# The writer says who it is: `plansync.by` (the sync itself wakes nobody), `plansync.bulk` (what may wait behind people).
TOUCH = """
CREATE FUNCTION wake() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('plansync.by', true), '') <> 'sync' THEN
        PERFORM pg_notify('plansync_changed', current_setting('plansync.org', true));
    END IF;
END $$;

CREATE FUNCTION bulk() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('plansync.bulk', true), '') = 'on'
$$;

CREATE FUNCTION editor() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('plansync.by', true), '')
$$;

CREATE OR REPLACE FUNCTION link_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO links (org_id, id, object, version, bulk, edited_by, edited_at)
    SELECT org_id, id, TG_ARGV[0], 1, bulk(), editor(), now() FROM changed
    -- A link that stands already with a version is the sync's own, made with the record in the same transaction.
    ON CONFLICT (org_id, id) DO UPDATE SET version = links.version + 1, deleted = false, bulk = bulk(),
        edited_by = editor(), edited_at = now()
    WHERE links.deleted OR links.version = 0;
    PERFORM wake();
    RETURN NULL;
END $$;

-- What is urgent stays urgent until it is pushed.
CREATE OR REPLACE FUNCTION link_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE links SET version = version + 1, edited_by = editor(), edited_at = now(),
        bulk = bulk() AND (links.bulk OR links.version = links.pushed_version)
    FROM changed WHERE links.org_id = changed.org_id AND links.id = changed.id;
    PERFORM wake();
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION link_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE links SET version = version + 1, deleted = true, edited_by = editor(), edited_at = now(),
        bulk = bulk() AND (links.bulk OR links.version = links.pushed_version)
    FROM changed WHERE links.org_id = changed.org_id AND links.id = changed.id;
    PERFORM wake();
    RETURN NULL;
END $$;
"""

TENANCY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY org ON {table} USING (org_id = nullif(current_setting('plansync.org', true), '')::uuid);
"""


def upgrade() -> None:
    """Extend the ledger, and let the triggers say who wrote and wake the sync."""
    op.execute(LEDGER)
    op.execute(TOUCH)
    for table in ("allowances", "unfit", "reports"):
        op.execute(TENANCY.format(table=table))
