"""`plansync parked`: what waits, why, and the way out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import click

from service.cli.exits import Exit
from service.cli.opening import opened
from service.cli.options import json_option, org_option
from service.cli.output import emit, moment, say
from service.cli.output import show as show_table
from service.config import Settings
from service.store import orgs
from service.store.database import transaction
from service.store.orgs import Org
from service.store.overview import ParkedRecord, parked_records
from service.sync.behind import Waiter, behind, told
from service.sync.overview import way_out
from service.sync.park import retry_now

Waiters = Mapping[str, Sequence[Waiter]]
"""What waits behind each record, by our id."""


@click.group(invoke_without_command=True)
@org_option
@json_option
@click.pass_context
def parked(context: click.Context, *, org_name: str | None, as_json: bool) -> Exit:
    """List what waits: records and fields with the reason, the tries so far and the next one."""
    if context.invoked_subcommand:
        if org_name or as_json:
            raise click.UsageError(f"Give the options after the word {context.invoked_subcommand}")
        return Exit.OK
    org, items, waiters = _read(context.obj, org_name)
    if as_json:
        emit({"org": org.name, "parked": [_document(item, waiters) for item in items]})
    else:
        _list(org, items, waiters)
    return Exit.ATTENTION if items else Exit.OK


@parked.command()
@click.argument("record", type=click.UUID)
@org_option
@json_option
@click.pass_obj
def show(settings: Settings, *, record: UUID, org_name: str | None, as_json: bool) -> Exit:
    """Show one parked RECORD with the values at stake."""
    org, items, waiters = _read(settings, org_name, ids=[record])
    if not items:
        raise click.UsageError(f"Nothing of {record} is parked; `plansync parked` lists what is")
    if as_json:
        emit({"org": org.name, "parked": [_document(item, waiters) for item in items]})
        return Exit.ATTENTION
    for item in items:
        details = json.dumps(item.details, ensure_ascii=False, indent=1)
        behind = "\n".join(map(str, waiters.get(str(item.link_id), ())))
        facts = {**_document(item, waiters), "details": details, "behind": behind}
        rows = [(name.replace("_", " "), value) for name, value in facts.items()]
        show_table(f"{item.object} {item.link_id}", ("What", "Value"), rows)
    return Exit.ATTENTION


@parked.command()
@click.argument("records", type=click.UUID, nargs=-1)
@org_option
@json_option
@click.pass_obj
def retry(settings: Settings, *, records: tuple[UUID, ...], org_name: str | None, as_json: bool) -> Exit:
    """Let everything that waits for a later try go with the next sync, or only these RECORDS."""
    with opened(settings) as services:
        org = orgs.named(services.engine, org_name)
        with transaction(services.engine, org.id) as connection:
            freed = retry_now(connection, now=services.clock(), ids=records or None)
            left = len(parked_records(connection, ids=records or None)) - freed
    if as_json:
        emit({"org": org.name, "retried": freed, "left": left})
        return Exit.OK
    say(f"To be tried with the next `plansync sync`: {freed}. Waiting for a person's decision: {left}.")
    return Exit.OK


def _read(
    settings: Settings, org_name: str | None, *, ids: list[UUID] | None = None
) -> tuple[Org, list[ParkedRecord], Waiters]:
    with opened(settings) as services:
        org = orgs.named(services.engine, org_name)
        with transaction(services.engine, org.id) as connection:
            waiters = behind(connection, services.mappings(org.namespace))
            return org, parked_records(connection, ids=ids), waiters


def _document(item: ParkedRecord, waiters: Waiters) -> dict[str, Any]:
    waiting = [asdict(waiter) for waiter in waiters.get(str(item.link_id), ())]
    return {**asdict(item), "way_out": way_out(item), "behind": waiting}


def _list(org: Org, items: list[ParkedRecord], waiters: Waiters) -> None:
    if not items:
        say("Nothing is parked.")
        return
    title = f"{org.name}: {len(items)} parked (times in {org.time_zone})"
    headings = ("Record", "Field", "Why", "Reason and way out", "#Tries", "Next try", "Behind it")
    show_table(title, headings, [(*_row(item, org), _behind(item, waiters)) for item in items])


def _behind(item: ParkedRecord, waiters: Waiters) -> str:
    return told(waiters.get(str(item.link_id), ()))


def _row(item: ParkedRecord, org: Org) -> tuple[object, ...]:
    field = item.field or ", ".join(item.details.get("fields", ()))
    why = f"{item.kind}\n{item.code}"
    next_try = moment(item.retry_at, org.time_zone) or "when decided"
    return (f"{item.object}\n{item.link_id}", field, why, f"{item.reason}\n{way_out(item)}", item.attempts, next_try)
