"""`plansync worker`: the process that does the jobs."""

from __future__ import annotations

from datetime import timedelta

import click

from service.cli.exits import Exit
from service.cli.opening import opened
from service.cli.options import json_option
from service.cli.stopping import asked_to_stop, started
from service.config import Settings
from service.jobs.worker import Pace, run_worker
from service.store.queue import SILENCE

MOST_LANES = 5
"""Each of them may need three of the fifteen connections that a process opens."""


@click.command()
@click.option(
    "--lanes", type=click.IntRange(1, MOST_LANES), default=2, show_default=True, help="Orgs worked on side by side."
)
@click.option(
    "--grace", type=click.FloatRange(0, 3_600), default=25, show_default=True, help="Seconds to end a job in."
)
@click.option(
    "--silence",
    type=click.FloatRange(0.5, 600),
    default=SILENCE.total_seconds(),
    show_default=True,
    help="Seconds without a sign of life after which the jobs of a worker are taken over; the same for all workers.",
)
@json_option
@click.pass_obj
def worker(settings: Settings, *, lanes: int, grace: float, silence: float, as_json: bool) -> Exit:
    """Do what the queue holds; start as many as are needed, on as many machines."""
    with opened(settings) as services:
        stop = asked_to_stop()
        started("worker", "The worker waits for jobs - Ctrl-C stops it.", as_json=as_json)
        run_worker(services, stop, Pace(lanes=lanes, grace=grace, silence=timedelta(seconds=silence)))
    return Exit.OK
