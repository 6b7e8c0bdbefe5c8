"""The whole show: customers from the data, the stage, the story, the clones, the storm, and both sides compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from rich.console import Console

from service.config import Settings
from service.demo.clones import Deployed, deploy
from service.demo.company import read_company
from service.demo.compare import Comparison, compare
from service.demo.customers import paying_customers
from service.demo.definitions import read_definitions
from service.demo.edits import edits
from service.demo.stage import Stage, stage
from service.demo.storm import Weathered, weather
from service.demo.story import Told, tell
from service.demo.traffic import traffic

CONFLICTS, IDLE_CALLS = 1, 1
"""What the story must come to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the demo proves: the story with its clones, the storm where there was one, the comparison after each of them."""

    told: Told
    deployed: Deployed
    comparisons: tuple[Comparison, ...]
    weathered: Weathered | None = None

    @property
    def differences(self) -> int:
        """Return how many differences there were in all."""
        return sum(len(comparison.differences) for comparison in self.comparisons)

    @property
    def ok(self) -> bool:
        """Say whether both sides were equal after one conflict, idling costs one call, and clones and storm did no harm."""
        told, records = self.told, {comparison.records for comparison in self.comparisons}
        calm = not self.differences and (told.conflicts, told.idle_calls) == (CONFLICTS, IDLE_CALLS)
        # The storm's edits make as many records as they delete: one more would be doubled, one less lost.
        return calm and self.deployed.ok and len(records) == 1 and (self.weathered is None or self.weathered.ok)

    def as_line(self) -> dict[str, bool | int]:
        """Return what `--check` prints."""
        storm = self.weathered
        return {
            "ok": self.ok,
            "records": self.comparisons[-1].records,
            "api_calls": self.told.api_calls,
            "conflicts": self.told.conflicts,
            "clones": len(self.deployed.clones),
            "dates": len(self.deployed.dates),
            "refusals": self.deployed.refusals,
            **(
                {name: getattr(storm, name) for name in ("edits", "faults", "kills", "parked", "lost")} if storm else {}
            ),
            "differences": self.differences,
        }


@contextmanager
def show(
    settings: Settings, *, now: datetime, console: Console, accounts: int | None = None, storm: bool = False
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
        deployed = deploy(ready, customers, definitions, console)
        result = Result(told=told, deployed=deployed, comparisons=(_compare(ready, console),))
        ready.local_org.clock.run()
        if storm:
            weathered = weather(ready, list(traffic(customers, definitions)), console)
            comparisons = (*result.comparisons, _compare(ready, console))
            result = replace(result, comparisons=comparisons, weathered=weathered)
        yield ready, result


def _compare(ready: Stage, console: Console) -> Comparison:
    """Compare both sides as they stand, and say how."""
    with ready.sync.transaction() as connection:
        comparison = compare(connection, ready.sync.client, ready.sync.mappings)
    console.print(
        f"\n[bold]Compared.[/bold] {comparison.records:,} records, field by field: {len(comparison.differences)} differences."
    )
    for difference in comparison.differences[:20]:
        console.print(f"  {difference}", markup=False)
    return comparison
