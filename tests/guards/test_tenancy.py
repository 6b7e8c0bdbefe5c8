"""Every table of a tenant is fenced, and the few that are not are listed here (P13)."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from service.store import queue

pytestmark = pytest.mark.req("P13")

SHARED = {
    "alembic_version": "says which migration the database stands at",
    "orgs": "is read to find out which orgs there are",
    "admins": "belongs to the installation: an admin sees every org",
    "admin_sessions": "belongs to the admins",
    "sign_in_attempts": "is written by nobody known",
}
"""The tables without an org, and why."""

QUEUE = {"procrastinate_jobs", "procrastinate_events", "procrastinate_periodic_defers", "procrastinate_workers"}
"""Procrastinate's tables, in a schema of their own: a job names its org and holds nothing of it."""

POLICY = "(org_id = (NULLIF(current_setting('plansync.org'::text, true), ''::text))::uuid)"

FENCES = """
    SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
           EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'org_id' AND attnotnull) AS has_org,
           array(SELECT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polrelid = c.oid) AS rules,
           array(SELECT polcmd::text FROM pg_policy WHERE polrelid = c.oid) AS commands,
           array(SELECT polwithcheck IS NULL FROM pg_policy WHERE polrelid = c.oid) AS same_for_writing
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY c.relname
"""


def test_every_table_but_the_listed_ones_is_fenced_even_against_its_owner(engine: Engine) -> None:
    with engine.connect() as connection:
        tables = connection.execute(text(FENCES)).all()

    assert {table.name for table in tables if not table.has_org} == set(SHARED)
    for table in tables:
        if table.name not in SHARED:
            assert (table.enabled, table.forced) == (True, True), table.name
            assert table.rules == [POLICY], table.name
            # One rule for reading and writing: '*' is every command, and no other condition stands for writes.
            assert (table.commands, table.same_for_writing) == (["*"], [True]), table.name


def test_outside_the_fences_stand_the_tables_of_the_queue_and_no_others(engine: Engine) -> None:
    query = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('public', 'pg_catalog', :own)"
    with engine.connect() as connection:
        found = connection.execute(text(query), {"own": "information_schema"}).all()

    assert set(found) == {("procrastinate", name) for name in QUEUE}


def test_a_job_of_the_queue_holds_nothing_but_its_org(engine: Engine, org_id: UUID) -> None:
    with engine.connect() as connection:
        queue.put(connection, org_id, "sync")
        query = text("SELECT args FROM procrastinate.procrastinate_jobs WHERE lock = :lock")

        assert connection.execute(query, {"lock": f"sync:{org_id}"}).scalars().all() == [{"org_id": str(org_id)}]


def test_the_role_of_the_application_owns_the_tables_and_is_bound_by_their_fences(engine: Engine) -> None:
    with engine.connect() as connection:
        role = connection.execute(
            text("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        ).one()
        owners = connection.execute(text("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"))

        assert (role.rolsuper, role.rolbypassrls) == (False, False)
        assert owners.scalars().all() == [role.rolname]


def test_no_view_and_no_function_of_ours_runs_with_other_rights(engine: Engine) -> None:
    with engine.connect() as connection:
        views = "SELECT viewname FROM pg_views WHERE schemaname = 'public'"
        definers = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"

        assert connection.execute(text(views)).all() == []
        assert connection.execute(text(definers)).all() == []
