"""`plansync db`: migrate the database, say where it stands, make a key."""

from __future__ import annotations

import click

from service.cli.exits import Exit
from service.cli.opening import joined
from service.cli.options import json_option
from service.cli.output import emit, say
from service.config import Settings
from service.store import schema
from service.store.sealing import new_key


@click.group()
def db() -> None:
    """Look after the database: DATABASE_URL, or the embedded one in PLANSYNC_DATA."""


@db.command()
@json_option
@click.pass_obj
def upgrade(settings: Settings, *, as_json: bool) -> Exit:
    """Bring the tables to the newest revision; safe to run at every start."""
    with joined(settings) as services:
        before = schema.current(services.engine)
        after = schema.upgrade(services.engine)
    if as_json:
        emit({"before": before, "after": after})
    else:
        done = f"stands at revision {after} already" if before == after else f"went from {before or 'empty'} to {after}"
        say(f"The database {done}.")
    return Exit.OK


@db.command()
@json_option
@click.pass_obj
def status(settings: Settings, *, as_json: bool) -> Exit:
    """Say which database is used and whether its tables are the ones this program needs."""
    with joined(settings) as services:
        url = services.engine.url.render_as_string(hide_password=True)
        current, needed = schema.current(services.engine), schema.head()
    if as_json:
        emit({"url": url, "embedded": settings.database_url is None, "revision": current, "needed": needed})
    else:
        state = "as needed" if current == needed else f"this program needs {needed}: run `plansync db upgrade`"
        say(f"{url} stands at revision {current or 'none'}, {state}.")
    return Exit.OK if current == needed else Exit.ATTENTION


@db.command()
@json_option
@click.pass_obj
def key(settings: Settings, *, as_json: bool) -> Exit:
    """Make a key for PLANSYNC_SECRET_KEYS; put it first, and run `plansync keys rotate`."""
    made = new_key()
    if as_json:
        emit({"key": made})
    else:
        click.echo(made)
    return Exit.OK
