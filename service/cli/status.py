"""`plansync status`: the orgs, their last runs, their records by state."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from service.cli.exits import Exit
from service.cli.opening import opened
from service.cli.options import json_option, org_option
from service.cli.output import age, counted, emit, length, moment, say, show
from service.config import Settings
from service.store import orgs
from service.sync.overview import Overview, RunShown, overview


@click.command()
@org_option
@json_option
@click.pass_obj
def status(settings: Settings, *, org_name: str | None, as_json: bool) -> Exit:
    """Show how the connected orgs are doing; nothing is asked of the CRM."""
    with opened(settings) as services:
        now = services.clock()
        chosen = [orgs.named(services.engine, org_name)] if org_name else orgs.every(services.engine)
        views = [overview(services.engine, org, now=now) for org in chosen]
    if as_json:
        emit({"orgs": [_document(view, now) for view in views]})
    elif not views:
        say("No org is connected yet; connect one with `plansync connect`.")
    else:
        for view in views:
            _show(view, now)
    return Exit.OK if all(view.verdict.health.good for view in views) else Exit.ATTENTION


def _document(view: Overview, now: datetime) -> dict[str, Any]:
    org = view.org
    return {
        "name": org.name,
        "instance_url": org.instance_url,
        "crm_org_id": org.crm_org_id,
        "namespace": org.namespace,
        "time_zone": org.time_zone,
        "health": view.verdict.health,
        "reason": view.verdict.reason,
        "read_up_to": view.read_up_to,
        "cursor_age_seconds": view.read_up_to and (now - view.read_up_to),
        "api_calls_last_24_hours": view.api_calls_today,
        "parked": view.parked_count,
        "records": {noun: asdict(tally) for noun, tally in view.tallies.items()},
        "runs": [_run(shown) for shown in view.runs],
    }


def _run(shown: RunShown) -> dict[str, Any]:
    run = shown.run
    return {**asdict(run), "outcome": shown.outcome, "seconds": run.duration}


def _show(view: Overview, now: datetime) -> None:
    zone = view.org.time_zone
    say(f"{view.org.name}: {view.org.crm_org_id} at {view.org.instance_url}")
    say(f"{view.verdict.health}: {view.verdict.reason}")
    if view.read_up_to:
        say(f"The CRM was read up to {moment(view.read_up_to, zone)} {zone}, {age(now - view.read_up_to)}.")
    if view.tallies:
        rows = [(noun, *asdict(tally).values()) for noun, tally in view.tallies.items()]
        columns = ("Object", "#In step", "#To be pushed", "#Parked", "#Gone")
        show("Records", columns, [*rows, ("all", *asdict(view.total).values())])
    if view.runs:
        title = f"Last runs (times in {zone}; API calls in 24 hours: {view.api_calls_today})"
        headings = ("Started", "Kind", "Outcome", "#Took", "#API calls", "Counts")
        show(title, headings, [_row(each, zone) for each in view.runs])


def _row(shown: RunShown, zone: str) -> tuple[object, ...]:
    run = shown.run
    what = run.error or counted(run.counts)
    return (moment(run.started_at, zone), run.kind, shown.outcome, length(run.duration), run.api_calls, what)
