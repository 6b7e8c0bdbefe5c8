"""From raw figures to measures: the proof that both sides agree, and the processes at work."""

from __future__ import annotations

from tests.bench.arithmetic import Figures, megabytes, rate
from tests.bench.latency import PER_SECOND
from tests.bench.report import Goal, Measure


def audit(figures: Figures, *, judged: bool) -> list[Measure]:
    """Return what an audit found, and what it took."""
    title = f"Audit of {figures['rows']:,} records with {figures['planted']} planted differences"
    return [
        Measure(
            name="audit_found",
            title=title,
            value=figures["found"],
            unit="found",
            goal=Goal(at_least=figures["planted"]),
            note="values changed, records lost and records added in the CRM behind the sync's back",
        ),
        Measure(
            name="audit_false", title="False findings", value=figures["false"], unit="records", goal=Goal(at_most=0)
        ),
        Measure(
            name="audit_calls",
            title="Calls of the audit",
            value=figures["calls"],
            unit="API calls",
            goal=Goal(at_most=7),
            judged=judged,
            note="12 objects, 1 of them by a bulk job, and one close look",
        ),
        Measure(
            name="audit_seconds",
            title="Duration of the audit",
            value=round(figures["seconds"] - figures["waited"], 1),
            unit="s",
            note=f"and {figures['waited']:.1f} s asleep until the bulk job is done; "
            f"{rate(figures['rows'], figures['seconds'] - figures['waited']):,} records/s of both sides",
        ),
        Measure(
            name="audit_peak_memory",
            title="Peak memory of the audit",
            value=megabytes(figures),
            unit="MB",
            note=f"{figures['peak_before_mb']:.0f} MB before it began",
        ),
    ]


def latency(figures: Figures, *, judged: bool) -> list[Measure]:
    """Return how long single writes took to be seen."""
    return [
        _wait("latency_only_ours", "fields only we write", figures["only_ours"], judged=judged),
        _wait("latency_shared", "fields both sides edit", figures["shared"], judged=judged),
    ]


def _wait(name: str, what: str, series: Figures, *, judged: bool) -> Measure:
    return Measure(
        name=name,
        title=f"Local commit to visible in the CRM, p95, {PER_SECOND} writes/s, {what}",
        value=round(series["p95"], 2),
        unit="s",
        goal=Goal(at_most=2),
        judged=judged,
        note=f"p50 {series['p50']:.2f} s, longest {series['longest']:.2f} s; {series['writes']:,} writes at "
        f"{series['writes'] / series['seconds']:.0f}/s into {series['calls']} API calls; clock and one worker",
    )


def drain(name: str, who: str, figures: Figures) -> list[Measure]:
    """Return how fast a backlog drained, and how long a person's writes waited meanwhile."""
    rows, seconds = figures["rows"], figures["seconds"]
    return [
        Measure(
            name=f"drain_{name}",
            title=f"Drain of a backlog of {rows:,} rows, half of them in each of two orgs, by {who}",
            value=rate(rows, seconds),
            unit="rows/s",
            note=f"{seconds:.1f} s from its first commit (it is written in {figures['backlog_written_in']:.1f} s) "
            f"in {figures['calls']} API calls; one org is synced by one worker at a time",
        ),
        Measure(
            name=f"drain_{name}_urgent",
            title="A person's write while it drains, p95",
            value=round(figures["urgent_p95"], 2),
            unit="s",
            note=f"p50 {figures['urgent_p50']:.2f} s, longest {figures['urgent_longest']:.2f} s of "
            f"{figures['urgent']} writes; behind the backlog they would wait {seconds:.0f} s",
        ),
    ]
