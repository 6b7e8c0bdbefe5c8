"""`plansync calendars`: the calendars that dates can be moved by, and an org's own days off."""

from __future__ import annotations

from datetime import datetime

import click

from service.cli.exits import Exit
from service.cli.opening import opened
from service.cli.options import json_option, org_option
from service.cli.output import emit, say, show
from service.config import Settings
from service.plans.calendars import names
from service.store import days_off, orgs
from service.store.database import transaction
from service.store.days_off import DayOff

day_argument = click.argument("day", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD")
yearly_option = click.option("--yearly", is_flag=True, help="The same day of every year; the year does not count.")


@click.group()
def calendars() -> None:
    """Know the days on which nobody works: templates are cloned around them."""


@calendars.command("list")
@json_option
def list_(*, as_json: bool) -> Exit:
    """List the calendars of countries and their regions."""
    if as_json:
        emit({"calendars": names()})
    else:
        say(", ".join(names()))
    return Exit.OK


@calendars.command()
@org_option
@json_option
@click.pass_obj
def days(settings: Settings, *, org_name: str | None, as_json: bool) -> Exit:
    """List the org's own days off."""
    with opened(settings) as services:
        org = orgs.named(services.engine, org_name)
        with transaction(services.engine, org.id) as connection:
            found = days_off.every(connection)
    if as_json:
        emit({"org": org.name, "days": [{"day": _said(off), "yearly": off.yearly, "name": off.name} for off in found]})
    elif found:
        rows = [(_said(off), "every year" if off.yearly else "once", off.name) for off in found]
        show(f"Own days off of {org.name}", ("Day", "When", "Name"), rows)
    else:
        say(f"{org.name} has no days off of its own; add one with `plansync calendars add YYYY-MM-DD NAME`.")
    return Exit.OK


@calendars.command()
@day_argument
@click.argument("name")
@yearly_option
@org_option
@json_option
@click.pass_obj
def add(settings: Settings, *, day: datetime, name: str, yearly: bool, org_name: str | None, as_json: bool) -> Exit:
    """Add a day off to every calendar of the org, or give it another name."""
    if not name.strip():
        raise click.UsageError("Give the day a name: the preview of a clone shows it")
    off = DayOff(day.date(), yearly, name.strip())
    with opened(settings) as services:
        org = orgs.named(services.engine, org_name)
        with transaction(services.engine, org.id) as connection:
            days_off.add(connection, org.id, off)
    return _told(f"{_said(off)} is off in {org.name}: {off.name}.", off, as_json=as_json)


@calendars.command()
@day_argument
@yearly_option
@org_option
@json_option
@click.pass_obj
def remove(settings: Settings, *, day: datetime, yearly: bool, org_name: str | None, as_json: bool) -> Exit:
    """Let a day off of the org be a day like any other."""
    off = DayOff(day.date(), yearly, "")
    with opened(settings) as services:
        org = orgs.named(services.engine, org_name)
        with transaction(services.engine, org.id) as connection:
            removed = days_off.remove(connection, off.day, yearly=yearly)
    if not removed:
        raise click.UsageError(
            f"{_said(off)} is no day off of its own in {org.name}; `plansync calendars days` lists them"
        )
    return _told(f"{_said(off)} is a day like any other in {org.name}.", off, as_json=as_json)


def _said(off: DayOff) -> str:
    """Return a day as people write it; of one that comes every year without the year."""
    return off.day.strftime("%m-%d" if off.yearly else "%Y-%m-%d")


def _told(sentence: str, off: DayOff, *, as_json: bool) -> Exit:
    if as_json:
        emit({"day": _said(off), "yearly": off.yearly})
    else:
        say(sentence)
    return Exit.OK
