"""The command `plansync`: its groups, and the one place where an error becomes a sentence and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import click
from environs import EnvError
from sqlalchemy.exc import OperationalError

from service import log
from service.cli.exits import Exit, fault_of
from service.cli.output import emit, plain, screen
from service.config import read_settings
from service.errors import PlansyncError

INTERRUPTED = 130
"""What a shell expects of a program that Ctrl-C ended."""


COMMANDS = {
    "admins": "admins",
    "audit": "audit_command",
    "calendars": "calendars",
    "clock": "clock",
    "conflicts": "conflicts_command",
    "connect": "connect",
    "db": "db",
    "demo": "demo",
    "doctor": "doctor",
    "jobs": "jobs",
    "keys": "keys",
    "localorg": "localorg",
    "mappings": "mappings",
    "parked": "parked",
    "serve": "serve",
    "status": "status",
    "sync": "sync",
    "templates": "templates_command",
    "view-as": "view_as_command",
    "why": "why",
    "worker": "worker",
}
"""Every command: its file in this room (with _ for -) and its name there."""


class _Commands(click.Group):
    """Load a command when it is called: a sync needs neither the console nor the work queue nor the local org."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"service.cli.{cmd_name.replace('-', '_')}"), COMMANDS[cmd_name])
        return command


@click.group("plansync", cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="plansync")
@click.pass_context
def plansync(context: click.Context) -> None:
    """Keep customer-success records in step between Salesforce and PostgreSQL.

    \b
    Exit codes: 0 done; 1 something needs a person; 2 wrong command line;
    3 the org cannot be reached or does not let us in; 4 configuration or database;
    5 an audit found differences.
    """
    try:
        settings = read_settings()
    except EnvError as error:
        raise click.UsageError(f"The environment cannot be read: {error}") from error
    log.set_up(level=settings.log_level, as_json=settings.log_json)
    context.obj = settings


def main() -> None:
    """Run the command line of this process."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; every error of ours becomes one sentence."""
    as_json = "--json" in arguments
    try:
        code = plansync.main(list(arguments), prog_name="plansync", standalone_mode=False)
    except click.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        return _complain_of_usage(error, as_json=as_json)
    except PlansyncError as error:
        exit_code, name = fault_of(error)
        return _complain(name, str(error), exit_code, as_json=as_json)
    except OperationalError as error:
        why = str(error.orig).partition("\n")[0]
        sentence = f"The database broke off ({why}); check that PostgreSQL runs and has room, then try again"
        return _complain("database", sentence, Exit.SETUP, as_json=as_json)
    return int(code or Exit.OK)


def _complain(name: str, sentence: str, code: int, *, as_json: bool) -> int:
    if as_json:
        emit({"error": {"code": name, "message": sentence}})
    screen(errors=True).print(plain(sentence), style="red", soft_wrap=True)
    return code


def _complain_of_usage(error: click.ClickException, *, as_json: bool) -> int:
    if as_json:
        name = "usage" if isinstance(error, click.UsageError) else "error"
        return _complain(name, error.format_message(), error.exit_code, as_json=True)
    error.show()
    return error.exit_code
