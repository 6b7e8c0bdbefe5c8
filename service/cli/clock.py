"""`plansync clock`: the process that says when."""

from __future__ import annotations

import click

from service.cli.exits import Exit
from service.cli.opening import opened
from service.cli.output import say
from service.cli.stopping import asked_to_stop
from service.config import Settings
from service.jobs.clock import run_clock


@click.command()
@click.pass_obj
def clock(settings: Settings) -> Exit:
    """Put jobs into the queue when they are due, or when somebody writes; two clocks do nothing twice."""
    with opened(settings) as services:
        stop = asked_to_stop()
        say("The clock ticks - Ctrl-C stops it.")
        run_clock(services, stop)
    return Exit.OK
