"""What an operator reads holds: the processes start, every job is described, and every figure that is watched exists."""

from __future__ import annotations

import re
import shutil
import sys
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from service.cli.root import plansync
from service.jobs.due import DAYS, Daily
from service.jobs.table import table
from service.pages.gauges import GAUGES

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "operations.md").read_text()
PROCESSES = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
JOBS = {job.name: job for job in table(timedelta(seconds=60))}


def rows(name: str) -> dict[str, list[str]]:
    """Return the rows of a table of the guide, without its heading, by their first cell."""
    chapter = GUIDE.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    lines = [line for line in chapter.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]
    return {first.strip("`"): others for first, *others in cells}


def test_the_processes_are_the_four_that_the_guide_describes() -> None:
    assert PROCESSES.keys() == rows("The processes").keys() == {"release", "web", "clock", "worker"}


@pytest.mark.parametrize("command", PROCESSES.values(), ids=PROCESSES)
def test_every_program_of_the_procfile_exists(command: str) -> None:
    assert shutil.which(command.split(maxsplit=1)[0], path=Path(sys.executable).parent)


@pytest.mark.parametrize("name", [name for name, command in PROCESSES.items() if command.startswith("plansync ")])
def test_every_command_of_the_procfile_exists(name: str) -> None:
    command: click.Command | None = plansync
    for word in PROCESSES[name].split()[1:]:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), word)

    assert command is not None


def test_the_web_process_serves_a_module_that_exists() -> None:
    module, _, name = PROCESSES["web"].split()[-1].partition(":")

    assert find_spec(module)
    assert name == "app"


def test_every_job_is_described_with_the_time_at_which_it_runs() -> None:
    described = rows("What runs when")

    assert list(described) == list(JOBS)
    for name, job in JOBS.items():
        if isinstance(job.when, Daily):
            assert f"{job.when.at:%H:%M}" in described[name][0], name
            assert (job.when.days == DAYS) or f"{job.when.days[0]}s" in described[name][0], name


def test_every_figure_that_the_guide_watches_exists() -> None:
    watched = set(re.findall(r"plansync_(\w+)", GUIDE.partition("## What to watch")[2].partition("\n## ")[0]))

    assert watched
    assert watched <= GAUGES.keys() | {"parked", "queue_jobs", "queue_oldest_seconds", "workers"}
