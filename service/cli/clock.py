"""`plansync clock`: the process that says when."""

from __future__ import annotations

import click

from service.cli.exits import Exit
from service.cli.opening import opened
from service.cli.options import json_option
from service.cli.stopping import asked_to_stop, started
from service.config import Settings
from service.jobs.clock import run_clock


@click.command()
@json_option
@click.pass_obj
def clock(settings: Settings, *, as_json: bool) -> Exit:
    """Put jobs into the queue when they are due, or when somebody writes; two clocks do nothing twice."""
    with opened(settings) as services:
        stop = asked_to_stop()
        started("clock", "The clock ticks - Ctrl-C stops it.", as_json=as_json)
        run_clock(services, stop)
    return Exit.OK
