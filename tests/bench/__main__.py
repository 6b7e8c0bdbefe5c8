"""`scripts/bench sync`: measure Plansync and its peers in one run, against one local org, over the real protocol."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from tempfile import TemporaryDirectory
from typing import Any

import click
from rich.console import Console
from rich.status import Status

from tests.bench.client import MEASUREMENTS
from tests.bench.findings import lost, measures
from tests.bench.place import Place, measure, open_database, open_place
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
    "audit": "audit with planted differences",
    "latency": "single writes until they are seen",
}
"""What is measured in one org, in this order."""
ORGS = 2
"""Orgs among which a backlog is divided: one org is synced by one worker at a time."""


@click.group()
def bench() -> None:
    """Measure what the design promises."""


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--quick", is_flag=True, help="Small sizes: shows that the bench works, judges little.")
def sync(*, as_json: bool, quick: bool) -> None:
    """Measure API calls, rates and memory of the sync, beside what peers need for the same."""
    size, console = QUICK if quick else DESIGN, Console(stderr=True)
    busy = os.getloadavg()[0]
    raw = run(size, console)
    if problems := lost(size, raw):
        raise click.ClickException("; ".join(problems))
    found = measures(size, raw, judged=size == DESIGN)
    if as_json:
        click.echo(json.dumps(_document(size, raw, found, busy=busy), indent=2))
    else:
        show(found, Console())


def run(size: Size, console: Console) -> dict[str, Any]:
    """Take every measurement and return the raw figures by step; a quick run, which judges little, starts few processes."""
    with _compiled_once(), open_database() as database_url, console.status("") as status:
        raw = _one_org(database_url, size, status)
        if size == DESIGN:
            with _places(database_url, [replace(size, kpis=size.kpis * LARGER)], status) as places:
                status.update(f"first sync of {size.kpis * LARGER:,} KPIs")
                raw["larger"] = _measured("load", places, apart=True)
        for what in ("drain_by_one_worker", "drain_by_two_workers"):
            with _places(database_url, [replace(size, kpis=size.kpis // ORGS)] * ORGS, status) as places:
                status.update("drain of a backlog")
                raw[what] = _measured(what, places, apart=size == DESIGN)
    return raw


@contextmanager
def _compiled_once() -> Iterator[None]:
    """Let the many processes of a run share what Python compiles, also where it may not keep it in their folders."""
    with TemporaryDirectory(prefix="plansync-bench-") as folder:
        os.environ |= {"PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        yield


def _one_org(database_url: str, size: Size, status: Status) -> dict[str, Any]:
    raw = {}
    with _places(database_url, [size], status) as places:
        for number, (what, title) in enumerate(STEPS.items(), 1):
            status.update(f"{number} of {len(STEPS)}: {title}")
            raw[what] = _measured(what, places, apart=size == DESIGN or what == "load")
    return raw


@contextmanager
def _places(database_url: str, sizes: Sequence[Size], status: Status) -> Iterator[list[Place]]:
    status.update(f"filling an org with {sizes[0].kpis:,} KPIs")
    with ExitStack() as stack:
        yield [stack.enter_context(open_place(database_url, size)) for size in sizes]


def _measured(what: str, places: Sequence[Place], *, apart: bool) -> dict[str, Any]:
    """Measure, in a fresh process where memory and time are to be its own."""
    return measure(what, *places) if apart else MEASUREMENTS[what](*places)


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
