"""The ledger of the sync: orgs, links with their base values, cursors, runs, decisions, parked."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from service.store.records import METADATA

orgs = Table(
    "orgs",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("instance_url", Text, nullable=False),
    Column("crm_org_id", Text),
    Column("namespace", Text),
    Column("time_zone", Text, nullable=False, server_default="UTC"),
    Column("login", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)
"""The connected orgs. Without row-level security: it is read to find out which orgs there are. `login` is sealed."""

links = Table(
    "links",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("object", Text, nullable=False),
    Column("crm_id", Text(collation="C")),
    Column("base", JSONB),
    Column("base_modstamp", DateTime(timezone=True)),
    Column("base_read_at", DateTime(timezone=True)),
    Column("sending", JSONB),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("pushed_version", BigInteger, nullable=False, server_default="0"),
    Column("deleted", Boolean, nullable=False, server_default=text("false")),
    Column("gone", Boolean, nullable=False, server_default=text("false")),
    Column("bulk", Boolean, nullable=False, server_default=text("false")),
    Column("merged_into", Uuid),
    Column("edited_by", Text),
    Column("edited_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("org_id", "id", name="links_pkey"),
)
"""One row per synced record: both ids, what both sides last agreed on, and which version was pushed.

`sending` are values under way whose arrival is not known yet; `deleted` says that our record is deleted,
`gone` that both sides are: the row stays, so that a deleted record cannot come back (P3). `bulk` says that what is
to be pushed may wait behind what people did; `merged_into` is the record that a merge in the CRM left in its place;
`edited_by` and `edited_at` tell the last writer here.
"""
Index("links_crm_id_key", links.c.org_id, links.c.crm_id, unique=True, postgresql_where=links.c.crm_id.isnot(None))
Index(
    "links_dirty_idx",
    *(links.c.org_id, links.c.object, links.c.bulk, links.c.id),
    postgresql_where=links.c.version > links.c.pushed_version,
)

cursors = Table(
    "cursors",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("org_id", "name", name="cursors_pkey"),
)
"""Named moments up to which the CRM was read: `objective:updated`, `objective:deleted`, `schema`."""

runs = Table(
    "runs",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("error", Text),
    Column("counts", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("api_calls", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("org_id", "id", name="runs_pkey"),
    Index("runs_started_at_idx", "org_id", "started_at"),
)

decisions = Table(
    "decisions",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("id", BigInteger, Identity(always=True), nullable=False),
    Column("run_id", Uuid, nullable=False),
    Column("link_id", Uuid),
    Column("object", Text, nullable=False),
    Column("field", Text),
    Column("action", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("base", JSONB),
    Column("ours", JSONB),
    Column("theirs", JSONB),
    Column("at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("org_id", "id", name="decisions_pkey"),
    Index("decisions_link_id_idx", "org_id", "link_id"),
    # The log only grows: a range of blocks says enough, and costs a first load next to nothing.
    Index("decisions_at_idx", "at", postgresql_using="brin"),
)

parked = Table(
    "parked",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("link_id", Uuid, nullable=False),
    Column("field", Text, nullable=False, server_default=""),
    Column("object", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("details", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("version", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="1"),
    Column("first_at", DateTime(timezone=True), nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
    Column("retry_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("org_id", "link_id", "field", name="parked_pkey"),
)
"""What waits, and why. `field` is empty when the whole record waits; `version` is the one that was refused."""

allowances = Table(
    "allowances",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("used", Integer),
    Column("allowed", Integer),
    Column("seen_at", DateTime(timezone=True)),
    Column("paused_until", DateTime(timezone=True)),
    Column("most_rows", Integer, nullable=False, server_default="1000"),
    PrimaryKeyConstraint("org_id", name="allowances_pkey"),
)
"""What an org bears: its API calls of 24 hours as last seen, until when we pause, and how many rows go in one call."""

unfit = Table(
    "unfit",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("object", Text, nullable=False),
    Column("field", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("org_id", "object", "field", name="unfit_pkey"),
)
"""Mapped fields (or, with an empty `field`, whole objects) that the org no longer offers as the mapping says."""

reports = Table(
    "reports",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("body", JSONB, nullable=False),
    PrimaryKeyConstraint("org_id", "kind", name="reports_pkey"),
)
"""The last audit and the last doctor's report of each org."""

LEDGER = (links, cursors, runs, decisions, parked, allowances, unfit, reports)
