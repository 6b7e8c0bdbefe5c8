"""The whole show: customers from the data, the stage, the story, and the comparison of both sides at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console

from service.config import Settings
from service.demo.company import read_company
from service.demo.compare import Comparison, compare
from service.demo.customers import paying_customers
from service.demo.definitions import read_definitions
from service.demo.edits import edits
from service.demo.stage import Stage, stage
from service.demo.story import Told, tell

CONFLICTS, IDLE_CALLS = 1, 1
"""What the story must come to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the demo proves."""

    told: Told
    comparison: Comparison

    @property
    def ok(self) -> bool:
        """Say whether both sides are equal after one conflict, and a cycle with nothing to do costs one call."""
        told = self.told
        return not self.comparison.differences and (told.conflicts, told.idle_calls) == (CONFLICTS, IDLE_CALLS)

    def as_line(self) -> dict[str, bool | int]:
        """Return what `--check` prints."""
        return {
            "ok": self.ok,
            "records": self.comparison.records,
            "api_calls": self.told.api_calls,
            "conflicts": self.told.conflicts,
            "differences": len(self.comparison.differences),
        }


@contextmanager
def show(
    settings: Settings, *, now: datetime, console: Console, accounts: int | None = None
) -> Iterator[tuple[Stage, Result]]:
    """Play the demo in the settings' data folder; both sides run on until the block ends."""
    console.print("[bold]Plansync demo[/bold] on RavenStack, synthetic SaaS data by River @ Rivalytics.")
    company, definitions = read_company().only(accounts), read_definitions()
    customers = paying_customers(company, definitions, today=now.date())
    console.print(f"Starting PostgreSQL and a Salesforce-compatible org with {len(customers)} paying customers...")
    with stage(settings, customers, definitions, now=now) as ready:
        console.print(
            f"  {len(ready.crm_ids):,} records are in the org at {ready.org.instance_url}; Plansync signed in by JWT."
        )
        told = tell(ready, list(edits(customers, definitions, now=ready.now())), console)
        result = Result(told=told, comparison=_compare(ready))
        _sum_up(result, console)
        ready.local_org.clock.run()
        yield ready, result


def _compare(ready: Stage) -> Comparison:
    with ready.sync.transaction() as connection:
        return compare(connection, ready.sync.client, ready.sync.mappings)


def _sum_up(result: Result, console: Console) -> None:
    comparison = result.comparison
    console.print(
        f"\n[bold]Compared.[/bold] {comparison.records:,} records, field by field: {len(comparison.differences)} differences."
    )
    for difference in comparison.differences[:20]:
        console.print(f"  {difference}", markup=False)
