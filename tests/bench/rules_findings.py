"""From raw figures to measures: the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.bench.arithmetic import Figures, rate
from tests.bench.report import Goal, Measure, Peer

Raw = Mapping[str, Any]


def lost(raw: Raw) -> list[str]:
    """Return what went wrong in a run, which is then worth nothing."""
    problems = []
    for name in ("cascade_of_ours", "cascade_of_theirs"):
        figures = raw[name]
        if figures["refused"] or figures["missing"]:
            problems.append(f"{name}: {figures['refused']} refused, {figures['missing']} not shown by the CRM")
    return problems


def measures(raw: Raw) -> list[Measure]:
    """Return all measures of a run."""
    return [
        *_clones(raw["clones"], raw["singles"]),
        *_cascades(raw["cascade_of_ours"], raw["cascade_of_theirs"]),
        _decisions(raw["decisions"]),
        *_listing(raw["reading"]["listing"]),
        *_tree(raw["reading"]["tree"]),
    ]


def _clones(clones: Figures, singles: Figures) -> list[Measure]:
    by_hand = "simple-salesforce, one by one"
    return [
        Measure(
            name="clone_calls",
            title=f"Clone of a template with {clones['rows'] - 1:,} children",
            value=clones["most_calls"],
            unit="API calls",
            goal=Goal(at_most=1),
            peers=[Peer(name=by_hand, value=singles["calls"])],
        ),
        Measure(
            name="clone_left_over",
            title="Records that a clone leaves of which the org refuses the last task",
            value=clones["left_over"],
            unit="records",
            goal=Goal(at_most=0),
            note="on both sides together",
        ),
        Measure(
            name="clone_seconds",
            title="Duration of the clone",
            value=round(clones["seconds"], 2),
            unit="s",
            peers=[Peer(name=by_hand, value=round(singles["seconds"], 2), note="tasks only, without what it decides")],
            note="the best of the run, from the request until it is booked; the org is on the same machine",
        ),
    ]


def _cascades(ours: Figures, theirs: Figures) -> list[Measure]:
    return [
        Measure(
            name="cascade_here_calls",
            title=f"Another plan for {ours['objectives']:,} objectives with {ours['rows']:,} children, edited here",
            value=ours["edit_calls"] + ours["calls"],
            unit="API calls",
            note=f"{ours['edit_calls']} until the edit is done on both sides, {ours['calls']} of the cycle after it, "
            f"25 conditional writes each; {ours['edit_seconds']:.1f} s and {ours['seconds']:.1f} s",
        ),
        Measure(
            name="cascade_there_calls",
            title="The same, edited in the CRM",
            value=theirs["calls"],
            unit="API calls",
            note=f"one cycle meets the edit and sends the children; {theirs['seconds']:.1f} s",
        ),
    ]


def _decisions(figures: Figures) -> Measure:
    return Measure(
        name="decisions",
        title="Permission decisions, with their reasons",
        value=rate(figures["rows"], figures["seconds"]),
        unit="decisions/s",
    )


def _listing(figures: Figures) -> list[Measure]:
    return [
        _wait("listing", f"First page of {figures['rows']:,} objectives through the API, p95", figures),
        _more_queries("listing", "Queries that a page of 100 takes more than one of 10", figures),
    ]


def _tree(figures: Figures) -> list[Measure]:
    return [
        _wait("tree", f"Tree of a plan with {figures['rows']:,} records through the API, p95", figures),
        _more_queries("tree", "Queries that it takes more than the tree of one objective", figures),
    ]


def _wait(name: str, title: str, figures: Figures) -> Measure:
    return Measure(
        name=f"{name}_p95",
        title=title,
        value=round(figures["p95"] * 1000, 1),
        unit="ms",
        note=f"p50 {figures['p50'] * 1000:.1f} ms of {figures['requests']:,} requests, each with a token of its own; "
        f"API calls of one, to ask what the user may see: {figures['calls']}",
    )


def _more_queries(name: str, title: str, figures: Figures) -> Measure:
    return Measure(
        name=f"{name}_more_queries",
        title=title,
        value=figures["more_queries"],
        unit="queries",
        goal=Goal(at_most=0),
        note=f"{figures['queries']} for each request, with its token, its rate limit and its sharing",
    )
