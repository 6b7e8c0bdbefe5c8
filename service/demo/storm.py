"""The second act: Plansync's own processes under the faults of a bad day, one of them killed, edits on both sides."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import text

from service.demo.acting import Troupe
from service.demo.edits import Edit
from service.demo.processes import Process, ProcessFailed, Site, site
from service.demo.stage import Stage
from service.localorg.automation.model import Automation, TouchParent, When
from service.localorg.faults.kinds import OF_CALLS, Fault
from service.store import queue
from service.store.overview import count_parked, last_runs, parked_records, tallies
from service.sync.detect import LOOKED, read_cursors
from service.sync.park import RETRIED

CALLS = tuple(fault for fault in OF_CALLS if fault is not Fault.LIMIT)
"""Used up calls would rightly stop the sync for an hour, and that is no evening's entertainment."""
RATES: Mapping[str, float] = {**{fault: 0.1 / len(CALLS) for fault in CALLS}, Fault.LOCK: 0.05, Fault.SHORT_PAGE: 0.2}
SLOW = 0.5
"""Seconds that a slow answer takes."""
AUTOMATION = (
    Automation("Playbook_Task__c", When.AFTER, TouchParent("Account__c", "Description", "Name")),
    Automation("Objective_KPI__c", When.AFTER, TouchParent("Objective__c", "Source_Attribute__c", "Description__c")),
)
"""The customer's own: whatever is pushed moves its parent, too."""
BEAT = 0.05
"""Seconds between two edits."""
TICK, SILENCE = 5, 4
"""Seconds between two syncs that nobody asked for, and after which a silent worker counts as dead."""
PATIENCE = 150.0
"""Seconds to be in step in; the CRM is asked once a minute, so it takes about one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weathered:
    """What the second act came to; `lost` are edits of which nothing is left, `exits` what the processes ended with."""

    edits: int
    faults: int
    kills: int
    parked: int
    lost: int
    exits: tuple[int, ...]

    @property
    def ok(self) -> bool:
        """Say whether nothing was lost, nothing waits, and all processes ended as they were asked to."""
        return not (self.parked or self.lost or any(self.exits)) and bool(self.faults and self.kills)


def weather(stage: Stage, edits: Sequence[Edit], console: Console) -> Weathered:
    """Run the processes through the storm, and until both sides are in step again."""
    console.print(
        f"\n[bold]Storm.[/bold] A web server, a clock and two workers; {len(edits)} edits; every tenth call fails."
    )
    troupe = Troupe(stage)
    with site(stage.services.settings.data, sync_seconds=TICK) as ours:
        _start(ours)
        _break(stage)
        kills = _rush(stage, troupe, edits, ours, console)
        faults = sum(stage.local_org.faults.counts.values())
        stage.local_org.faults.clear()
        console.print(
            f"  {faults} faults struck, {kills} worker was killed. Calm again: the processes bring both sides into step."
        )
        _settle(stage, ours, console)
        exits = tuple(ours.stop())
    with stage.sync.transaction() as connection:
        parked = count_parked(connection)
    return Weathered(
        edits=len(edits), faults=faults, kills=kills, parked=parked, lost=len(troupe.lost(edits)), exits=exits
    )


def _start(ours: Site) -> None:
    ours.start("web", "serve", "--port", "0")
    ours.start("clock", "clock")
    for number in (1, 2):
        ours.start(f"worker-{number}", "worker", "--silence", str(SILENCE))
    for process in ours.processes:
        process.first_word()


def _break(stage: Stage) -> None:
    stage.local_org.faults.set(seed=1, rates=RATES, seconds=SLOW)
    for automation in AUTOMATION:
        stage.local_org.automation.add(automation)


def _rush(stage: Stage, troupe: Troupe, edits: Sequence[Edit], ours: Site, console: Console) -> int:
    """Do all edits; from the middle on, kill the first worker that is seen in the middle of a cycle."""
    kills = 0
    with _bars(console) as bars:
        task = bars.add_task("edits", total=len(edits))
        for number, edit in enumerate(edits):
            troupe.improvise(edit)
            time.sleep(BEAT)
            bars.advance(task)
            if not kills and 2 * number >= len(edits) and (victim := _at_work(stage, ours)):
                victim.kill()
                kills = 1
    return kills


def _at_work(stage: Stage, ours: Site) -> Process | None:
    """Return the worker that holds the org's lock, by the name under which PostgreSQL knows it."""
    query = "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory' AND granted"
    with stage.services.engine.connect() as connection:
        names = set(connection.execute(text(query)).scalars())
    return next((process for process in ours.processes if process.name in names), None)


def _settle(stage: Stage, ours: Site, console: Console) -> None:
    """Let at once what was refused go again, and wait until both sides are in step; a process that ends meanwhile ends the wait."""
    with stage.services.engine.begin() as connection:
        queue.put(connection, stage.org.id, "retry")
    began, since, alive = time.monotonic(), stage.now(), [process for process in ours.processes if process.running]
    with _bars(console) as bars:
        task = bars.add_task("seconds, at most", total=round(PATIENCE))
        while not _in_step(stage, since):
            passed = time.monotonic() - began
            bars.update(task, completed=round(passed))
            if passed > PATIENCE or not all(process.running for process in alive):
                raise ProcessFailed(
                    f"Both sides were not in step after {passed:.0f} s; the logs are in {ours.data}/logs"
                )
            time.sleep(0.5)


def _in_step(stage: Stage, since: datetime) -> bool:
    """Say whether nothing waits to be sent, and the CRM was asked after all that happened there was over."""
    with stage.sync.transaction() as connection:
        looked = read_cursors(connection)[LOOKED]
        landed = [run.ended_at or run.started_at for run in last_runs(connection, limit=50) if run.counts.get("landed")]
        to_push = sum(tally.to_push for tally in tallies(connection).values())
        retried = [waiting for waiting in parked_records(connection) if waiting.kind in RETRIED]
    return looked >= max([since, *landed]) and not to_push and not retried


def _bars(console: Console) -> Progress:
    return Progress(
        TextColumn("  {task.description:<26}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )
