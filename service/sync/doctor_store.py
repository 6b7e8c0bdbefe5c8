"""What the doctor looks at on our side: database, tables, keys, the connected org and how its sync is doing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from service.store import orgs, schema
from service.store.database import DatabaseError
from service.store.orgs import Org
from service.store.sealing import Seal, SealingError
from service.sync.context import Sync
from service.sync.findings import Station, Verdict, failure, ok, warning
from service.sync.overview import Health, Overview, overview

OLDEST = 15
"""The oldest PostgreSQL that will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What is examined: an installation and, by its name, one of its orgs; `open` gives the org's two sides."""

    engine: Engine
    seal: Seal
    org_name: str | None
    open: Callable[[Org], Sync]
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What the database server says of itself and of our role."""

    where: str
    version: int
    role: str
    unbound: bool


def look_at_server(patient: Patient) -> Server:
    """Ask the database who it is, and who we are."""
    url = patient.engine.url
    try:
        with patient.engine.connect() as connection:
            row = connection.execute(text(_SERVER)).one()
    except OperationalError as error:
        raise DatabaseError(
            f"The database at {url.host or 'DATABASE_URL'} does not answer; check DATABASE_URL and that PostgreSQL runs"
        ) from error
    where = f"database {url.database} at {url.host or 'this machine'}"
    return Server(where=where, version=row.version // 10_000, role=row.role, unbound=row.unbound)


_SERVER = """
    SELECT current_setting('server_version_num')::int AS version, current_user AS role,
           (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) AS unbound
"""


def judge_server(server: Server) -> Iterator[Verdict]:
    """Judge the server's version."""
    if server.version < OLDEST:
        yield failure(f"PostgreSQL {server.version}, {server.where}", f"move to PostgreSQL {OLDEST} or newer")
    else:
        yield ok(f"PostgreSQL {server.version}, {server.where}")


def judge_role(server: Server) -> Iterator[Verdict]:
    """Judge whether row-level security binds our role (P13)."""
    if server.unbound:
        yield failure(
            f"The role {server.role} is a superuser or bypasses row-level security",
            "give Plansync a role of its own (CREATE ROLE plansync LOGIN NOSUPERUSER NOBYPASSRLS)",
        )
    else:
        yield ok(f"The role {server.role} is no superuser and is bound by row-level security")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The revision of the tables, and those of tenants that are not fenced."""

    revision: str
    fenced: int
    open: tuple[str, ...]


def look_at_tables(patient: Patient) -> Tables:
    """Look whether the tables are the ones that this program knows, and fenced."""
    revision, needed = schema.current(patient.engine), schema.head()
    if revision != needed:
        raise DatabaseError(
            f"The database stands at revision {revision or 'none'} and this program needs {needed}; "
            "run `plansync db upgrade`, or the newer program that upgraded it"
        )
    with patient.engine.connect() as connection:
        rows = connection.execute(text(_FENCES)).all()
    bare = tuple(row.name for row in rows if not row.fenced)
    return Tables(revision=needed, fenced=len(rows) - len(bare), open=bare)


_FENCES = """
    SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AND
           EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid) AS fenced
    FROM pg_class c
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
      AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'org_id') ORDER BY 1
"""


def judge_revision(tables: Tables) -> Iterator[Verdict]:
    """Say where the tables stand."""
    yield ok(f"The tables stand at revision {tables.revision}, as this program needs")


def judge_fences(tables: Tables) -> Iterator[Verdict]:
    """Judge whether every table of a tenant is fenced, even against its owner (P13)."""
    for name in tables.open:
        yield failure(
            f"The table {name} has no forced row-level security: one org might see another's rows",
            f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY, and its policy as in the migrations",
        )
    if not tables.open:
        yield ok(f"Row-level security is forced on all {tables.fenced} tables of tenants")


def look_at_keys(patient: Patient) -> list[tuple[str, str]]:
    """Try the sealing keys on every login; return each org with how its login opens."""
    return [(org.name, _opens(patient.seal, org.login)) for org in orgs.every(patient.engine)]


def _opens(seal: Seal, login: bytes) -> str:
    try:
        seal.open(login)
    except SealingError:
        return "not"
    return "newest" if seal.is_newest(login) else "older"


def judge_keys(logins: list[tuple[str, str]]) -> Iterator[Verdict]:
    """Judge whether every login opens, and whether a rotation is pending."""
    for name, how in logins:
        if how == "not":
            yield failure(
                f"The login of {name} was sealed with another key",
                "put the key it was sealed with into PLANSYNC_SECRET_KEYS, or connect the org again",
            )
        if how == "older":
            yield warning(f"The login of {name} needs an older key", "run `plansync keys rotate`")
    newest = sum(how == "newest" for _, how in logins)
    if newest == len(logins):
        yield ok(f"All logins ({newest}) open with the newest key")


def look_at_connection(patient: Patient) -> Org:
    """Find the org."""
    return orgs.named(patient.engine, patient.org_name)


def judge_connection(org: Org) -> Iterator[Verdict]:
    """Say which org it is."""
    yield ok(f"{org.name} is {org.crm_org_id} at {org.instance_url}")


def look_at_health(given: tuple[Patient, Org]) -> Overview:
    """Read from the ledger how the sync of the org is doing."""
    patient, org = given
    return overview(patient.engine, org, now=patient.clock(), runs=1, parked=0)


def judge_health(seen: Overview) -> Iterator[Verdict]:
    """Judge the last run and what waits."""
    health, found = seen.verdict.health, f"{seen.verdict.health}: {seen.verdict.reason}"
    if health.good:
        yield ok(found)
    elif health is Health.FAILED:
        yield failure(found, "mend what this report shows, then run `plansync sync`")
    else:
        yield warning(found, _HEALTH[health])


_HEALTH = {
    Health.NEW: "run `plansync sync`, or `plansync serve --all`",
    Health.PAUSED: "wait: it goes on by itself; the limits below say why",
    Health.ATTENTION: "`plansync parked` says what waits and why",
    Health.LATE: "start `plansync serve --all`, or the clock and a worker as in the Procfile",
}


def look_at_sides(given: tuple[Patient, Org]) -> Sync:
    """Open both sides of the org: its login and its mappings."""
    patient, org = given
    return patient.open(org)


def judge_sides(sync: Sync) -> Iterator[Verdict]:
    """Say what is mapped."""
    fields = sum(len(mapping.fields) for mapping in sync.mappings)
    yield ok(f"{len(sync.mappings)} objects and {fields} fields are mapped")


DATABASE = Station(
    name="database",
    look=look_at_server,
    checks={"database": judge_server, "database role": judge_role},
    fix="check DATABASE_URL and that PostgreSQL runs",
)
TABLES = Station(
    name="tables",
    look=look_at_tables,
    checks={"tables": judge_revision, "row-level security": judge_fences},
    fix="run `plansync db upgrade`",
)
KEYS = Station(name="keys", look=look_at_keys, checks={"keys": judge_keys}, fix="check PLANSYNC_SECRET_KEYS")
CONNECTION = Station(
    name="connection", look=look_at_connection, checks={"connection": judge_connection}, fix="run `plansync connect`"
)
HEALTH = Station(name="sync", look=look_at_health, checks={"sync": judge_health}, fix="run `plansync status`")
SIDES = Station(
    name="mappings", look=look_at_sides, checks={"mappings": judge_sides}, fix="run `plansync mappings check`"
)
