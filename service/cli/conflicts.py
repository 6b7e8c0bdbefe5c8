"""`plansync conflicts`: what waits for a person's decision, and deciding it."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import wraps
from typing import Any

import click

from service.cli.exits import Exit
from service.cli.opening import opened, signed_in
from service.cli.options import json_option, org_option
from service.cli.output import emit, moment, say, show
from service.config import Settings
from service.domain.values import Row, Value
from service.store import orgs
from service.store.orgs import Org
from service.sync.context import Sync
from service.sync.decide import Choice, Side, decide
from service.sync.inbox import Conflict, conflicts

object_option = click.option("--object", "noun", metavar="OBJECT", help="Only the records of this object.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the command line says is to be decided: records and fields by name, or everything."""

    records: tuple[str, ...]
    everything: bool
    noun: str | None
    seen: str | None


def choosing(command: Callable[..., Exit]) -> Callable[..., Exit]:
    """Give a command the words that choose conflicts, as one value."""

    @click.argument("records", metavar="RECORD[.FIELD]...", nargs=-1)
    @click.option("--all", "everything", is_flag=True, help="All that waits; with --object, of that object.")
    @click.option("--seen", metavar="TOKEN", help="Only if its values are still those that `list --json` told.")
    @object_option
    @wraps(command)
    def chosen(
        *args: Any, records: tuple[str, ...], everything: bool, noun: str | None, seen: str | None, **others: Any
    ) -> Exit:
        if bool(records) == everything or (noun and not everything):
            raise click.UsageError("Name records (RECORD or RECORD.FIELD), or give --all, perhaps with --object")
        if seen and (everything or len(records) > 1):
            raise click.UsageError("--seen goes with one record or field")
        words = Chosen(records=records, everything=everything, noun=noun, seen=seen)
        return command(*args, chosen=words, **others)

    return chosen


@click.group("conflicts", invoke_without_command=True)
@org_option
@object_option
@json_option
@click.pass_context
def conflicts_command(context: click.Context, *, org_name: str | None, noun: str | None, as_json: bool) -> Exit:
    """Show what waits for a decision with the values of both sides, and decide."""
    if context.invoked_subcommand:
        if org_name or noun or as_json:
            raise click.UsageError(f"Give the options after the word {context.invoked_subcommand}")
        return Exit.OK
    return _show(context.obj, org_name, noun, as_json=as_json)


@conflicts_command.command("list")
@org_option
@object_option
@json_option
@click.pass_obj
def list_them(settings: Settings, *, org_name: str | None, noun: str | None, as_json: bool) -> Exit:
    """List what waits for a decision, longest first."""
    return _show(settings, org_name, noun, as_json=as_json)


@conflicts_command.command("decide")
@choosing
@click.option("--take", type=click.Choice([side.value for side in Side]), required=True, help="Whose value stands.")
@org_option
@json_option
@click.pass_obj
def decide_them(settings: Settings, *, chosen: Chosen, take: str, org_name: str | None, as_json: bool) -> Exit:
    """Decide about fields (RECORD.FIELD), about all fields of a RECORD, or about a RECORD that one side deleted."""
    with opened(settings) as services:
        org = orgs.named(services.engine, org_name)
        with signed_in(services, org) as sides:
            choices = _choices(_asked(sides, chosen.noun), chosen, Side(take))
            decided = decide(sides, choices, by=_who(), now=services.clock())
            left = len(_asked(sides, None))
    if as_json:
        emit({"org": org.name, "decided": decided, "left": left})
    else:
        say(f"Decided: {decided}, {take} won. What is ours goes with the next `plansync sync`. Left: {left}.")
    return Exit.OK


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run as a user without a name.
        return "the command line"


def _asked(sides: Sync, noun: str | None) -> list[Conflict]:
    with sides.transaction() as connection:
        return conflicts(connection, sides.mappings, noun=noun)


def _choices(asked: Sequence[Conflict], chosen: Chosen, take: Side) -> list[Choice]:
    wanted = asked if chosen.everything else [each for record in chosen.records for each in _named(asked, record)]
    return [Choice(id=each.id, field=each.field, take=take, seen=chosen.seen or each.seen) for each in wanted]


def _named(asked: Sequence[Conflict], record: str) -> list[Conflict]:
    """Return the conflicts of a record, by our id or the CRM's, or the one of a field of it."""
    name, _, field = record.partition(".")
    found = [
        each
        for each in asked
        if name in (str(each.id), each.crm_id, (each.crm_id or "")[:15]) and field in ("", each.field)
    ]
    if not found:
        raise click.UsageError(f"Nothing is to be decided about {record}; `plansync conflicts` lists what is")
    return found


def _show(settings: Settings, org_name: str | None, noun: str | None, *, as_json: bool) -> Exit:
    with opened(settings) as services:
        org = orgs.named(services.engine, org_name)
        with signed_in(services, org) as sides:
            found = _asked(sides, noun)
    if as_json:
        emit({"org": org.name, "conflicts": [{**asdict(each), "seen": each.seen} for each in found]})
    elif found:
        _list(org, found)
    else:
        say("Nothing waits for a decision.")
    return Exit.ATTENTION if found else Exit.OK


def _list(org: Org, found: Sequence[Conflict]) -> None:
    title = f"{org.name}: {len(found)} to be decided (times in {org.time_zone})"
    headings = ("Record", "Field", "Agreed", "Ours", "Theirs", "Who and when", "Why")
    show(title, headings, [_row(each, org) for each in found])
    say("Decide with `plansync conflicts decide RECORD.FIELD --take ours` (or theirs), or with --all.")


def _row(each: Conflict, org: Org) -> tuple[object, ...]:
    here = f"ours: {each.ours_by or 'unknown'} {moment(each.ours_at, org.time_zone)}"
    there = f"theirs: {each.theirs_by or 'unknown'} {moment(each.theirs_at, org.time_zone)}"
    values = [_value(each, side) for side in (each.base, each.ours, each.theirs)]
    return (f"{each.object} {each.name}\n{each.id}", each.field, *values, f"{here}\n{there}".strip(), each.reason)


def _value(conflict: Conflict, value: Value | Row) -> object:
    if conflict.field:
        return value
    return "\n".join(f"{column}: {each}" for column, each in value.items()) if isinstance(value, dict) else "deleted"
