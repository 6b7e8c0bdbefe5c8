"""`plansync sync`: one cycle of one org with its progress, or what it would do."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import click

from service.cli.exits import Exit
from service.cli.opening import opened, signed_in
from service.cli.options import json_option, org_option
from service.cli.output import counted, emit, length, say, show
from service.cli.progress import bars
from service.config import Settings
from service.store import orgs
from service.store.orgs import Org
from service.store.overview import count_parked
from service.sync.context import Sync
from service.sync.cycle import Full, run_cycle
from service.sync.preview import Foreseen, Preview, preview
from service.sync.run import Report
from service.wiring import Services

SHOWN = 20
"""Records that a preview names; the others are counted."""


@click.command()
@org_option
@click.option("--full", is_flag=True, help="Read and compare everything, not only what changed.")
@click.option("--accept-missing", is_flag=True, help="With --full: believe that what the CRM does not show is gone.")
@click.option("--dry-run", is_flag=True, help="Say what a sync would do, and do nothing.")
@json_option
@click.pass_obj
def sync(
    settings: Settings, *, org_name: str | None, full: bool, accept_missing: bool, dry_run: bool, as_json: bool
) -> Exit:
    """Bring both sides of an org into step once."""
    if accept_missing and not full:
        raise click.UsageError("--accept-missing goes with --full: only a full sync sees what is missing")
    with opened(settings) as services:
        org = orgs.named(services.engine, org_name)
        with signed_in(services, org) as sides:
            if dry_run:
                return _tell(org, preview(sides, now=services.clock(), full=full), as_json=as_json)
            reading = Full(accept_missing=accept_missing) if full else None
            return _run(services, org, sides, reading, as_json=as_json)


def _run(services: Services, org: Org, sides: Sync, full: Full | None, *, as_json: bool) -> Exit:
    began = services.clock()
    with bars(f"syncing {org.name}") as progress:
        report = run_cycle(sides, now=began, clock=services.clock, full=full, hurry=True, progress=progress)
    took = services.clock() - began
    with sides.transaction() as connection:
        parked = count_parked(connection)
    _report(org, report, took=took, parked=parked, as_json=as_json)
    return Exit.ATTENTION if parked else Exit.OK


def _report(org: Org, report: Report, *, took: timedelta, parked: int, as_json: bool) -> None:
    if as_json:
        emit({"org": org.name, **asdict(report), "seconds": took, "parked": parked})
        return
    title = f"{org.name}: {'everything read' if report.kind == 'full' else 'one cycle'} in {length(took)}"
    done = [(name, f"{count:,}") for name, count in sorted(report.counts.items()) if count]
    show(title, ("What", "#Count"), [*done, ("API calls", report.api_calls), ("parked, all in all", parked)])
    if parked:
        say("`plansync parked` says what waits and why.")


def _tell(org: Org, planned: Preview, *, as_json: bool) -> Exit:
    if as_json:
        emit({"org": org.name, "dry_run": True, **asdict(planned)})
        return Exit.OK
    pushes = planned.pushes
    acts = {noun: [push for push in pushes if push.noun == noun] for noun in dict.fromkeys(p.noun for p in pushes)}
    nouns = dict.fromkeys([*planned.changed, *planned.deleted, *acts])
    title = f"{org.name}: what {'a full sync' if planned.full else 'a sync'} would do now; nothing was written"
    rows = [
        (noun, planned.changed.get(noun, 0), planned.deleted.get(noun, 0), len(acts.get(noun, []))) for noun in nouns
    ]
    show(title, ("Object", "#To read", "#Deleted there", "#To send"), rows)
    if planned.taken.decisions:
        title = f"To be decided about what the CRM changed ({counted(planned.taken.counts)})"
        headings = ("Object", "Id", "Field", "Action", "Agreed", "Ours", "Theirs", "Reason")
        show(title, headings, [_foreseen(each) for each in planned.taken.decisions[:SHOWN]])
    if pushes:
        named = [(push.noun, push.id, push.act, ", ".join(push.columns)) for push in pushes[:SHOWN]]
        show(f"To send ({len(pushes)} in all)", ("Object", "Id", "Act", "Columns"), named)
    return Exit.OK


def _foreseen(each: Foreseen) -> tuple[object, ...]:
    values = (each.base, each.ours, each.theirs) if each.field else ("", "", "")
    return (each.noun, each.id, each.field, each.action, *values, each.reason)
