"""`scripts/bench sync|rules`: measure Plansync and its peers in one run, against one local org, over the real protocol."""

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

from service.log import set_up
from tests.bench import rules, rules_findings
from tests.bench.client import MEASUREMENTS
from tests.bench.findings import lost, measures
from tests.bench.place import Place, measure, open_database, open_place
from tests.bench.report import Measure, document, show
from tests.bench.rules_office import open_office
from tests.bench.rules_reading import reading
from tests.bench.size import DESIGN, LARGER, QUICK, RULES, RULES_QUICK, RulesSize, Size

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
RULES_STEPS = {
    "clones": ("clones of a template", rules.clones),
    "singles": ("peer: single creates", rules.singles),
    "cascade_of_ours": ("a cascade of an edit here", rules.cascade_of_ours),
    "cascade_of_theirs": ("a cascade of an edit in the CRM", rules.cascade_of_theirs),
    "decisions": ("permission decisions", rules.decisions),
    "reading": ("lists and trees through the API", reading),
}
"""What is measured of the rules, in this order, by whom."""
ORGS = 2
"""Orgs among which a backlog is divided: one org is synced by one worker at a time."""


@click.group()
def bench() -> None:
    """Measure what the design promises."""
    set_up()


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
    _report("sync", found=measures(size, raw, judged=size == DESIGN), as_json=as_json, size=size, busy=busy, raw=raw)


@bench.command("rules")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--quick", is_flag=True, help="Small sizes: shows that the bench works, judges little.")
def rules_command(*, as_json: bool, quick: bool) -> None:
    """Measure clones, cascades, decisions and reading, beside what a peer needs for the same."""
    size, console = RULES_QUICK if quick else RULES, Console(stderr=True)
    busy = os.getloadavg()[0]
    raw = run_rules(size, console)
    if problems := rules_findings.lost(raw):
        raise click.ClickException("; ".join(problems))
    _report("rules", found=rules_findings.measures(raw), as_json=as_json, size=size, busy=busy, raw=raw)


def run_rules(size: RulesSize, console: Console) -> dict[str, Any]:
    """Take every measurement of the rules and return the raw figures by step."""
    raw = {}
    with open_database() as database_url, console.status("") as status:
        status.update(f"filling an org with {size.listed:,} objectives")
        with open_office(database_url, size) as office:
            for number, (what, (title, step)) in enumerate(RULES_STEPS.items(), 1):
                status.update(f"{number} of {len(RULES_STEPS)}: {title}")
                raw[what] = step(office)
    return raw


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


def _report(bench: str, *, found: list[Measure], as_json: bool, size: Any, busy: float, raw: dict[str, Any]) -> None:
    """Print what was found; rates are worth what the machine had to give, so its cores and its load before stand beside."""
    if not as_json:
        show(found, Console(), bench=bench)
        return
    machine = {
        "cores": os.cpu_count(),
        "load_before": round(busy, 2),
        "system": platform.platform(),
        "python": platform.python_version(),
    }
    click.echo(json.dumps(document(found, bench=bench, size=asdict(size), machine=machine, raw=raw), indent=2))


if __name__ == "__main__":
    bench(prog_name="scripts/bench")
