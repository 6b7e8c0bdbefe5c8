"""`plansync demo`: five hundred customers' success plans in step on both sides, on this machine, in a minute."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.markup import escape

from service.access import admins
from service.access.admins import NewPassword
from service.cli.exits import Exit
from service.cli.output import emit, screen
from service.cli.stopping import asked_to_stop
from service.config import Settings
from service.demo.attempts import attempts
from service.demo.edits import CAST
from service.demo.processes import GLANCE, site
from service.demo.show import show
from service.demo.stage import Stage

FOLDER = Path(".plansync/demo")
ADMIN = "admin@example.com"


@click.command()
@click.option("--check", is_flag=True, help="No console: print one JSON line last, and end.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help=f"Data folder, {FOLDER} by default; --check takes a fresh one.",
)
@click.option("--accounts", type=click.IntRange(min=CAST), help="Only so many of the 500 accounts.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="The console's port; 0 takes a free one.",
)
@click.pass_obj
def demo(settings: Settings, *, check: bool, data: Path | None, accounts: int | None, port: int) -> Exit:
    """Show both sides meet on real data: a local org, a first sync, edits, one conflict, then the console."""
    console = screen(errors=check)
    with ExitStack() as stack:
        folder = data or (Path(stack.enter_context(TemporaryDirectory(prefix="plansync-demo-"))) if check else FOLDER)
        demonstration = show(
            replace(settings, data=folder), now=datetime.now(UTC), console=console, accounts=accounts, storm=check
        )
        stage, result = stack.enter_context(demonstration)
        if check:
            emit(result.as_line())
        else:
            _serve(stage, port, console)
    return Exit.OK if result.ok else Exit.ATTENTION


def _serve(stage: Stage, port: int, console: Console) -> None:
    """Run what `plansync serve --all` runs until interrupted, and tell how to watch it at work."""
    stop = asked_to_stop()
    password = _let_somebody_in(stage)
    with site(stage.services.settings.data, sync_seconds=stage.services.settings.sync_seconds) as ours:
        everything = ours.start("serve", "serve", "--all", "--port", str(port))
        url = everything.first_word()["url"]
        console.print(f"\nThe console is at [bold]{url}[/bold]. The org stays up at {stage.org.instance_url}.")
        console.print(f"Sign in as [bold]{ADMIN}[/bold] with the password [bold]{password}[/bold].")
        console.print("A clock and a worker keep both sides in step. Try it from another terminal:")
        for attempt in attempts(stage):
            console.print(f"\n{attempt.what}\n  [dim]{escape(attempt.command)}[/dim]", soft_wrap=True)
        console.print("\nCtrl-C stops everything.")
        while everything.running and not stop.wait(GLANCE):
            pass


def _let_somebody_in(stage: Stage) -> str:
    """Make the demo's admin, who is gone with its data; return the password."""
    password, services = secrets.token_urlsafe(12), stage.services
    new = NewPassword(text=password)
    admins.add(services.engine, ADMIN, new, admin_id=services.new_id(), now=services.clock())
    return password
