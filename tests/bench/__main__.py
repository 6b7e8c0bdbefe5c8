"""`scripts/bench sync`: measure Plansync and its peers in one run, against one local org, over the real protocol."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, replace
from typing import Any

import click
from rich.console import Console

from tests.bench.client import MEASUREMENTS
from tests.bench.findings import lost, measures
from tests.bench.place import measure, open_database, open_place
from tests.bench.report import Measure, document, show
from tests.bench.size import DESIGN, LARGER, QUICK, Size

STEPS = {
    "load": "first sync",
    "changes": "idle cycle and pushes",
    "org_alone": "the org alone",
    "loop": "peer: simple-salesforce loop",
    "bulk2": "peer: bulk2 with COPY",
    "detection_by_hand": "peer: detection by hand",
    "update_by_row": "peer: update per row",
}


@click.group()
def bench() -> None:
    """Measure what the design promises."""


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--quick", is_flag=True, help="Small sizes: shows that the bench works, judges little.")
@click.option("--large", is_flag=True, help="Also load three times as many records, to see that memory stays flat.")
def sync(*, as_json: bool, quick: bool, large: bool) -> None:
    """Measure API calls, rates and memory of the sync, beside what peers need for the same."""
    size, console = QUICK if quick else DESIGN, Console(stderr=True)
    busy = os.getloadavg()[0]
    raw = run(size, console, large=large)
    if problems := lost(size, raw):
        raise click.ClickException("; ".join(problems))
    found = measures(size, raw, judged=size == DESIGN)
    if as_json:
        click.echo(json.dumps(_document(size, raw, found, busy=busy), indent=2))
    else:
        show(found, Console())


def run(size: Size, console: Console, *, large: bool) -> dict[str, Any]:
    """Take every measurement and return the raw figures by step; each in a fresh process, but for a quick run's last ones."""
    here = set(STEPS) - {"load"} if size == QUICK else set[str]()
    with open_database() as database_url, console.status("") as status:
        status.update("filling the org")
        with open_place(database_url, size) as place:
            raw = {}
            for number, (what, title) in enumerate(STEPS.items(), 1):
                status.update(f"{number} of {len(STEPS)}: {title}")
                raw[what] = MEASUREMENTS[what](place) if what in here else measure(place, what)
    return raw | {"larger": _larger(replace(size, kpis=size.kpis * LARGER), console)} if large else raw


def _larger(size: Size, console: Console) -> dict[str, Any]:
    title = f"first sync of {size.kpis:,} KPIs"
    with open_database() as database_url, console.status(title), open_place(database_url, size) as place:
        return measure(place, "load")


def _document(size: Size, raw: dict[str, Any], found: list[Measure], *, busy: float) -> dict[str, Any]:
    """Return the report; rates are worth what the machine had to give, so its cores and its load before stand beside."""
    machine = {
        "cores": os.cpu_count(),
        "load_before": round(busy, 2),
        "system": platform.platform(),
        "python": platform.python_version(),
    }
    return document(found, bench="sync", size=asdict(size), machine=machine, raw=raw)


if __name__ == "__main__":
    bench(prog_name="scripts/bench")
