"""The story: a first sync, edits on both sides, and how they meet; told on a console, summed up in a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import func, select

from service.demo.acting import Seen, Troupe
from service.demo.edits import Edit, Side
from service.demo.stage import Stage
from service.domain.merging import Outcome
from service.domain.values import Value
from service.store.ledger import decisions
from service.sync.cycle import run_cycle
from service.sync.run import Report

CONFLICTS = (Outcome.THEIRS_WON.value, Outcome.OURS_WON.value, Outcome.ASK.value)
"""Decisions in which somebody's edit lost or waits."""
TAKEN = frozenset({"pull", "restore", "theirs won", "create here", "delete here"})
"""Decisions by which the CRM's state became ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the decision log says about one edit."""

    action: str
    reason: str

    @property
    def winner(self) -> Side:
        """Return the side whose state both now hold."""
        return Side.CRM if self.action in TAKEN else Side.PLANSYNC


@dataclass(slots=True, kw_only=True)
class Told:
    """What the story came to."""

    reports: list[Report] = field(default_factory=list)
    conflicts: int = 0

    @property
    def api_calls(self) -> int:
        """Return the API calls of all its syncs."""
        return sum(report.api_calls for report in self.reports)

    @property
    def idle_calls(self) -> int:
        """Return the API calls of its last cycle, which had nothing to do."""
        return self.reports[-1].api_calls


def tell(stage: Stage, edits: Sequence[Edit], console: Console) -> Told:
    """Play the story from the first sync to the idle cycle."""
    told = Told()
    console.print("\n[bold]First sync.[/bold] Plansync reads every record of its twelve objects.")
    told.reports.append(sync(stage, console))
    _edit_and_meet(stage, edits, told, console)
    console.print(
        "\n[bold]Echo.[/bold] The next cycle reads back what the CRM gave our new records: numbers, defaults."
    )
    told.reports.append(sync(stage, console))
    console.print("\n[bold]Idle.[/bold] Nothing has changed, and one call asks about all twelve objects.")
    told.reports.append(sync(stage, console))
    told.conflicts = _conflicts(stage)
    return told


def _edit_and_meet(stage: Stage, edits: Sequence[Edit], told: Told, console: Console) -> None:
    troupe, shown = Troupe(stage), _one_of_a_kind(edits)
    sides = Counter(edit.side for edit in edits)
    console.print(
        f"\n[bold]Edits on both sides.[/bold] {sides[Side.CRM]} by people in the CRM, {sides[Side.PLANSYNC]} in Plansync."
    )
    troupe.carry_out(edits)
    before, since = troupe.look(shown), _newest_decision(stage)
    console.print("\n[bold]They meet.[/bold] One cycle: detect, fetch, merge field by field, push what changed here.")
    told.reports.append(sync(stage, console))
    after = troupe.look(shown)
    verdicts = [_verdict(stage, edit, troupe.our_id(edit), since=since) for edit in shown]
    console.print(_table(shown, before, after, verdicts))


def sync(stage: Stage, console: Console) -> Report:
    """Run one cycle, a little later on both clocks, and tell what it did."""
    stage.pass_time()
    columns = TextColumn("  {task.description:<26}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(noun: str, done: int, total: int) -> None:
            if noun not in tasks:
                tasks[noun] = bars.add_task(noun)
            bars.update(tasks[noun], completed=done, total=total)

        report = run_cycle(stage.sync, now=stage.now(), clock=stage.now, hurry=True, progress=progress)
    counts = ", ".join(f"{what} {count:,}" for what, count in report.counts.items() if count) or "nothing to do"
    console.print(f"  {report.kind}: {counts}; API calls: {report.api_calls}")
    return report


def _one_of_a_kind(edits: Sequence[Edit]) -> list[Edit]:
    """Return the first edit of each kind: five hundred MRRs are told as one."""
    kinds: dict[tuple[str, Side], Edit] = {}
    for edit in edits:
        kinds.setdefault((edit.what, edit.side), edit)
    return list(kinds.values())


def _newest_decision(stage: Stage) -> int:
    with stage.sync.transaction() as connection:
        return int(connection.execute(select(func.coalesce(func.max(decisions.c.id), 0))).scalar_one())


def _verdict(stage: Stage, edit: Edit, our_id: UUID, *, since: int) -> Verdict:
    """Return the newest decision about the field that an edit shows, or else about its record."""
    query = (
        select(decisions.c.action, decisions.c.reason)
        .where(decisions.c.link_id == our_id, decisions.c.id > since)
        .where(decisions.c.field.is_(None) | (decisions.c.field == edit.shown))
        .order_by(decisions.c.field.is_(None), decisions.c.id.desc())
    )
    with stage.sync.transaction() as connection:
        row = connection.execute(query.limit(1)).one()
    return Verdict(action=row.action, reason=row.reason)


def _conflicts(stage: Stage) -> int:
    query = select(func.count()).select_from(decisions).where(decisions.c.action.in_(CONFLICTS))
    with stage.sync.transaction() as connection:
        return int(connection.execute(query).scalar_one())


def _table(edits: Sequence[Edit], before: Sequence[Seen], after: Sequence[Seen], verdicts: Sequence[Verdict]) -> Table:
    table = Table("Edit", "made in", "Plansync had", "CRM had", "both have", "won", "why")
    for edit, was, now, verdict in zip(edits, before, after, verdicts, strict=True):
        both = _text(now.ours) if now.ours == now.theirs else f"{_text(now.ours)} | {_text(now.theirs)}"
        table.add_row(
            edit.what,
            edit.side,
            _text(was.ours),
            _text(was.theirs),
            both,
            verdict.winner,
            f"{verdict.action}: {verdict.reason}",
        )
    return table


def _text(value: Value) -> str:
    return "-" if value is None else str(value)
