"""`plansync doctor`: look at everything that a sync stands on, and say how to mend what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from service.cli.exits import Exit
from service.cli.opening import joined
from service.cli.options import json_option, org_option
from service.cli.output import add_rows, emit, moment, say, screen, table
from service.config import Settings
from service.errors import PlansyncError
from service.sync.doctor import Examination, examine, unusable
from service.sync.doctor import Progress as Told
from service.sync.findings import State

_ORDER = (State.FAILURE, State.WARNING, State.SKIPPED, State.OK)


@click.command()
@org_option
@json_option
@click.pass_obj
def doctor(settings: Settings, *, org_name: str | None, as_json: bool) -> Exit:
    """Check the installation and one org: access, package, limits, database, queue; each failure with its fix."""
    made = _examine(settings, org_name)
    if as_json:
        emit(made.as_json())
    else:
        _show(made)
    return Exit.OK if made.healthy else Exit.ATTENTION


def _examine(settings: Settings, org_name: str | None) -> Examination:
    try:
        with joined(settings) as services, _progress() as told:
            return examine(services.patient(org_name), progress=told)
    except PlansyncError as error:
        return unusable(error)


@contextmanager
def _progress() -> Iterator[Told]:
    """Say what is looked at, on standard error, where somebody watches."""
    console = screen(errors=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("looking", total=None)
        yield lambda name: bar.update(task, description=f"looking at {name}")


def _show(made: Examination) -> None:
    title = f"{made.org or 'This installation'} {moment(made.at, 'UTC')}"
    shown = add_rows(
        table(title, "Check", "State", "Found", "What to do"),
        ((each.check, each.state, each.found, each.fix) for each in made.findings),
    )
    screen().print(shown)
    counts = Counter(each.state for each in made.findings)
    say(", ".join(f"{counts[state]} {state}" for state in _ORDER if counts[state]))
