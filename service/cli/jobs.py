"""`plansync jobs`: what runs when, how it went, and running one job now."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import click

from service.cli.exits import Exit
from service.cli.opening import opened
from service.cli.options import json_option, org_option
from service.cli.output import emit, moment, say, show
from service.config import Settings
from service.jobs.table import Job, table
from service.store import orgs, queue, schedule
from service.store.database import transaction
from service.store.orgs import Org
from service.store.schedule import JobState
from service.sync.detect import look_again
from service.wiring import Services

UNTRIED = {"next_at": None, "started_at": None, "ended_at": None, "outcome": None, "note": None}
STATES = {"todo": "waits", "doing": "under way"}


@click.group(invoke_without_command=True)
@org_option
@json_option
@click.pass_context
def jobs(context: click.Context, *, org_name: str | None, as_json: bool) -> Exit:
    """Show what runs when in each org, and how it went the last time."""
    if context.invoked_subcommand:
        if org_name or as_json:
            raise click.UsageError(f"Give the options after the word {context.invoked_subcommand}")
        return Exit.OK
    settings: Settings = context.obj
    with opened(settings) as services:
        chosen = [orgs.named(services.engine, org_name)] if org_name else orgs.every(services.engine)
        known = table(timedelta(seconds=settings.sync_seconds))
        listed = [(org, _states(services, org, known)) for org in chosen]
        with services.engine.connect() as connection:
            state = queue.state(connection)
    if as_json:
        emit({"queue": asdict(state), "orgs": [{"name": org.name, "jobs": rows} for org, rows in listed]})
        return Exit.OK
    for org, rows in listed:
        _show(org, rows)
    say(f"{state.workers} workers; in the queue {state.waiting} waiting, {state.running} under way.")
    return Exit.OK


@jobs.command()
@click.argument("job")
@org_option
@json_option
@click.pass_obj
def run(settings: Settings, *, job: str, org_name: str | None, as_json: bool) -> Exit:
    """Put one job into the queue now; a worker does it."""
    names = [known.name for known in table(timedelta(seconds=settings.sync_seconds))]
    if job not in names:
        raise click.UsageError(f"No job is called {job!r}; the jobs are {', '.join(names)}")
    with opened(settings) as services:
        org = orgs.named(services.engine, org_name)
        with transaction(services.engine, org.id) as connection:
            # A person who asks for it wants it to look at the CRM, however lately one did.
            look_again(connection)
            put = queue.put(connection, org.id, job)
            state = queue.state(connection)
    if as_json:
        emit({"org": org.name, "job": job, "put": put, "workers": state.workers})
    else:
        done = "is in the queue" if put else "waits in the queue already"
        say(f"{job} of {org.name} {done}" + ("." if state.workers else "; start `plansync worker`: none is running."))
    return Exit.OK if state.workers else Exit.ATTENTION


def _states(services: Services, org: Org, known: tuple[Job, ...]) -> list[dict[str, Any]]:
    with transaction(services.engine, org.id) as connection:
        kept = schedule.states(connection)
        missed = schedule.missed_since(connection, services.clock() - timedelta(days=1))
        queued = queue.of_org(connection, org.id)
    return [
        {
            "about": job.about,
            "when": str(job.when),
            **asdict(kept.get(job.name) or JobState(job=job.name, **UNTRIED)),
            "queue": queued.get(job.name),
            "missed_last_24_hours": missed.get(job.name, 0),
        }
        for job in known
    ]


def _show(org: Org, rows: list[dict[str, Any]]) -> None:
    title = f"{org.name}: jobs (times in {org.time_zone})"
    headings = ("Job", "Does", "When", "Next", "Last", "How it went", "Queue", "#Missed")
    show(title, headings, [_row(row, org.time_zone) for row in rows])


def _row(row: dict[str, Any], zone: str) -> tuple[object, ...]:
    ended: datetime | None = row["ended_at"]
    went = f"{row['outcome']}: {row['note']}" if row["outcome"] else "not yet"
    queued = STATES.get(row["queue"] or "", "")
    return (
        row["job"],
        row["about"],
        row["when"],
        moment(row["next_at"], zone),
        moment(ended, zone),
        went,
        queued,
        row["missed_last_24_hours"],
    )
