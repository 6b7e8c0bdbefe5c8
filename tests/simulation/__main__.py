"""`scripts/simulate`: run seeds of the whole sync under faults and say which promises broke."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Iterable

import click
from rich.console import Console
from rich.progress import track

from tests.simulation.crew import outcomes
from tests.simulation.place import open_place
from tests.simulation.run import Outcome, run


@click.command()
@click.option("--runs", type=click.IntRange(1), default=100, show_default=True, help="How many seeds to run.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The first seed.")
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True, help="How many processes run them.")
@click.option("--json", "as_json", is_flag=True, help="End with one line of JSON.")
@click.option("--story", is_flag=True, help="Tell everything that happens in the first seed, and run only that.")
def simulate(*, runs: int, seed: int, jobs: int, as_json: bool, story: bool) -> None:
    """Run seeds of people, faults and kills around the whole sync; exit with 1 when a promise breaks."""
    if story:
        with open_place() as place:
            ended = [run(place, seed, tell=click.echo)]
        _report(ended)
    else:
        started = time.monotonic()
        ended = _run_all(range(seed, seed + runs), jobs=jobs)
        _summarise(ended, runs / (time.monotonic() - started), as_json=as_json)
    sys.exit(any(outcome.broken for outcome in ended))


def _run_all(seeds: range, *, jobs: int) -> list[Outcome]:
    """Run the seeds, showing how far it is where somebody watches; return the outcomes in seed order."""
    console = Console(stderr=True)
    found = outcomes(seeds, jobs=min(jobs, len(seeds)))
    shown: Iterable[Outcome] = track(
        found, "simulating", total=len(seeds), console=console, disable=not console.is_terminal
    )
    ended = []
    for outcome in shown:
        _report([outcome])
        ended.append(outcome)
    return sorted(ended, key=lambda outcome: outcome.seed)


def _report(ended: Iterable[Outcome]) -> None:
    """Name broken promises, and how to see them break again."""
    for outcome in ended:
        for problem in outcome.broken:
            click.echo(f"seed {outcome.seed}: {problem}", err=True)
        if outcome.broken:
            click.echo(f"    replay: scripts/simulate --story --seed {outcome.seed}", err=True)


def _summarise(ended: list[Outcome], rate: float, *, as_json: bool) -> None:
    broken = sum(bool(outcome.broken) for outcome in ended)
    trace = hashlib.sha256("".join(outcome.trace for outcome in ended).encode()).hexdigest()
    if as_json:
        summary = {"runs": len(ended), "broken": broken, "runs_per_second": round(rate, 2), "trace": trace}
        click.echo(json.dumps(summary))
    else:
        click.echo(f"{len(ended)} runs, {broken} broken, {rate:.2f} runs per second, trace {trace[:16]}")


if __name__ == "__main__":
    simulate(prog_name="scripts/simulate")
