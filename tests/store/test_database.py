"""Opening the database: a role that row-level security does not bind is refused, and so is a server that is not there."""

from __future__ import annotations

import socket
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import DBAPIError

from service.store.database import (
    ROLE,
    DatabaseError,
    create_role_and_database,
    embedded_server,
    open_engine,
    patience,
    start_embedded,
)
from service.store.schema import upgrade


def test_a_superuser_is_refused_with_the_way_out(admin_url: str) -> None:
    with pytest.raises(DatabaseError, match=r"is a superuser or bypasses .*; give Plansync a role of its own \(CREATE"):
        open_engine(admin_url)


def test_a_role_that_bypasses_row_level_security_is_refused(admin_url: str, engine: Engine) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS passer")
        connection.execute("CREATE ROLE passer LOGIN BYPASSRLS")
    url = make_url(admin_url).set(username="passer").render_as_string(hide_password=False)

    with pytest.raises(DatabaseError, match="bypasses row-level security"):
        open_engine(url)


def test_a_server_that_does_not_answer_is_named_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        with pytest.raises(DatabaseError) as refused:
            open_engine(f"postgresql://somebody:secret@127.0.0.1:{port}/nowhere")

    assert str(refused.value) == (
        "The database at 127.0.0.1 does not answer; check DATABASE_URL and that PostgreSQL runs"
    )


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_common_way_to_write_the_url_is_understood(database_url: str, scheme: str) -> None:
    engine = open_engine(database_url.replace("postgresql", scheme, 1))

    with engine.connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() == ROLE
    engine.dispose()


def test_both_ends_give_up_a_machine_that_is_gone_within_half_a_minute(engine: Engine) -> None:
    ours = patience(make_url("postgresql://db.test/plansync"))

    assert ours["keepalives_idle"] + ours["keepalives_interval"] * ours["keepalives_count"] <= 30
    assert "keepalives_idle" not in patience(make_url("postgresql://db.test/plansync?keepalives_idle=60"))
    with engine.connect() as connection:
        asked = text("SELECT name FROM pg_settings WHERE name LIKE 'tcp\\_%' AND source = 'session' ORDER BY name")
        told = connection.execute(asked).scalars().all()
    assert told == ["tcp_keepalives_count", "tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_user_timeout"]


def test_the_role_and_the_database_are_made_once(admin_url: str) -> None:
    create_role_and_database(admin_url, database="made_twice")
    create_role_and_database(admin_url, database="made_twice")

    url = make_url(admin_url).set(username=ROLE, database="made_twice").render_as_string(hide_password=False)
    engine = open_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text("SHOW server_encoding")).scalar_one() == "UTF8"
    engine.dispose()


def test_the_embedded_server_starts_joins_and_keeps_its_data() -> None:
    # Not below pytest's own folder: as root the server runs as another user, who may not look into that one.
    with TemporaryDirectory(prefix="plansync-tests-") as folder:
        data = Path(folder) / "deep" / "data"
        first = open_engine(start_embedded(data))
        upgrade(first)
        again = open_engine(start_embedded(data))

        with again.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM orgs")).scalar_one() == 0
        first.dispose()
        again.dispose()
        embedded_server(data.resolve() / "postgres").cleanup()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://plansync:hush@hush@db/plansync",
        "postgresql://plansync@db:hush/plansync",
        "hush",
    ],
)
def test_a_url_that_cannot_be_read_is_refused_and_nothing_of_it_repeated(url: str) -> None:
    with pytest.raises(DatabaseError, match="percent-encode") as refused:
        open_engine(url)

    assert "hush" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_an_error_of_the_database_does_not_quote_what_was_written(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(DBAPIError) as broken:
        connection.execute(text("SELECT CAST(:name AS int)"), {"name": "hush"})

    assert "[parameters" not in str(broken.value)
