"""From raw figures to measures: what is counted against which goal of the design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.bench.arithmetic import Figures, extrapolated, megabytes, rate
from tests.bench.findings_at_work import audit, drain, latency
from tests.bench.report import Goal, Measure, Peer
from tests.bench.size import LARGER, Size

MUST_LAND = ("changes", "latency", "drain_by_one_worker", "drain_by_two_workers")
LOOP, BULK2 = "simple-salesforce loop", "bulk2 + COPY"


def measures(size: Size, raw: Mapping[str, Figures], *, judged: bool) -> list[Measure]:
    """Return every measure of a run; a run that is not of the design's size judges only what does not depend on it."""
    return [
        *_calls(size, raw, judged=judged),
        *_load(size, raw, judged=judged),
        *_memory(raw, judged=judged),
        *audit(raw["audit"], judged=judged),
        *latency(raw["latency"], judged=judged),
        *drain("one_worker", "one worker of two lanes", raw["drain_by_one_worker"]),
        *drain("two_workers", "two workers of one lane", raw["drain_by_two_workers"]),
    ]


def _calls(size: Size, raw: Mapping[str, Figures], *, judged: bool) -> list[Measure]:
    changes = raw["changes"]
    by_row = Peer(
        name="update per row",
        value=extrapolated(raw["update_by_row"], size.pushed),
        note=f"extrapolated: {raw['update_by_row']['calls']} calls for a sample of {raw['update_by_row']['rows']} rows",
    )
    shared, echoes = changes["shared"], [changes["after_only_ours"], changes["after_shared"]]
    return [
        Measure(
            name="idle_cycle",
            title=f"Idle cycle of {changes['objects']} objects",
            value=changes["idle"]["calls"],
            unit="API calls",
            goal=Goal(at_most=1),
            peers=[Peer(name="updated, deleted, describe by hand", value=raw["detection_by_hand"]["calls"])],
            note="updates, deletes and the check of the schema",
        ),
        _push("push_only_ours", "fields only we write", changes["only_ours"], Goal(at_most=6), by_row, judged=judged),
        _push("push_shared", "fields both sides edit", shared, Goal(at_most=200), by_row, judged=judged),
        Measure(
            name="conditional_writes_per_call",
            title="Conditional writes per API call",
            value=round(shared["rows"] / shared["push_calls"], 1),
            unit="rows",
            goal=Goal(at_least=25),
        ),
        Measure(
            name="echo_writes",
            title="Echo writes in the cycle after each push",
            value=sum(cycle["rows"] + cycle["dirty"] for cycle in echoes),
            unit="rows",
            goal=Goal(at_most=0),
            note=f"the cycle reads what was written in {echoes[0]['calls']} calls and finds it known",
        ),
    ]


def _push(name: str, what: str, cycle: Figures, goal: Goal, peer: Peer, *, judged: bool) -> Measure:
    return Measure(
        name=name,
        title=f"Push of {cycle['edited']:,} rows of 3 objects, {what}",
        value=cycle["push_calls"],
        unit="API calls",
        goal=goal,
        # A push that lost rows on the way is no push.
        judged=judged and cycle["rows"] == cycle["edited"],
        peers=[peer],
        note=f"{cycle['rows']:,} landed in {cycle['seconds']:.1f} s; the whole cycle took {cycle['calls']} calls",
    )


def _load(size: Size, raw: Mapping[str, Figures], *, judged: bool) -> list[Measure]:
    load, loop, bulk2, alone = raw["load"], raw["loop"], raw["bulk2"], raw["org_alone"]
    title = f"First sync of {load['rows']:,} records, {size.kpis:,} of them objective KPIs"
    return [
        Measure(
            name="load_calls",
            title=title,
            value=load["calls"],
            unit="API calls",
            goal=Goal(at_most=7),
            judged=judged,
            peers=[
                Peer(name=LOOP, value=loop["calls"], note="the KPIs"),
                Peer(name=BULK2, value=bulk2["calls"], note="the KPIs"),
            ],
            note="detection, 12 objects, 1 of them by a bulk job",
        ),
        Measure(
            name="load_commit_rate",
            title="From staging to committed",
            value=rate(load["staged_rows"], load["staged_to_committed"]),
            unit="rows/s",
            goal=Goal(at_least=20_000),
            judged=judged,
            note=f"links, records and decision log of the KPIs; the COPY before it: {rate(load['staged_rows'], load['copying']):,} rows/s",
        ),
        Measure(
            name="load_rate",
            title="End to end",
            value=_awake(load),
            unit="rows/s",
            peers=[
                Peer(name=LOOP, value=_awake(loop), note="into a plain table"),
                Peer(name=BULK2, value=_awake(bulk2), note="into a plain table"),
            ],
            note=_shares(load),
        ),
        Measure(
            name="org_alone_rate",
            title="The local org alone, by a bulk job",
            value=rate(alone["rows"], alone["seconds"]),
            unit="rows/s",
            note=f"{alone['finding']:.1f} s to find, {alone['sending']:.1f} s to send {alone['megabytes']:.0f} MB; the roof of every figure above",
        ),
    ]


def _awake(figures: Figures) -> float:
    return rate(figures["rows"], figures["seconds"] - figures["waited"])


def _shares(load: Figures) -> str:
    return (
        f"{load['seconds']:.1f} s, of which {load['waited']:.1f} s asleep until the job is done (not counted in any rate); "
        f"{load['transactions']:.1f} s taking KPIs in: {load['copying']:.1f} s COPY, "
        f"{load['staged_to_committed']:.1f} s to the commit; {load['cpu_seconds']:.1f} s of our own processor time"
    )


def _memory(raw: Mapping[str, Figures], *, judged: bool) -> list[Measure]:
    load, larger = raw["load"], raw.get("larger")
    peers = [Peer(name=LOOP, value=megabytes(raw["loop"])), Peer(name=BULK2, value=megabytes(raw["bulk2"]))]
    return [
        Measure(
            name="load_peak_memory",
            title="Peak memory of the first sync",
            value=megabytes(load),
            unit="MB",
            peers=peers,
            note=f"{load['peak_before_mb']:.0f} MB before it began",
        ),
        Measure(
            name="load_memory_ratio",
            title=f"Peak memory of {LARGER} times as many records",
            value=round(larger["peak_mb"] / load["peak_mb"], 3) if larger else None,
            unit="times",
            goal=Goal(at_most=1.1),
            judged=judged,
            note=_larger(larger) if larger else "not measured by a quick run",
        ),
    ]


def _larger(larger: Figures) -> str:
    return (
        f"{larger['rows']:,} records: {megabytes(larger)} MB, {larger['calls']} calls, {_awake(larger):,} rows/s end to end, "
        f"{rate(larger['staged_rows'], larger['staged_to_committed']):,} rows/s from staging to committed"
    )


def lost(size: Size, raw: Mapping[str, Figures]) -> Sequence[str]:
    """Return what makes a run worthless: rows that did not arrive, counts on which we and the org disagree."""
    load, changes = raw["load"], raw["changes"]
    ours = {"load": load, "audit": raw["audit"], **{name: changes[name] for name in ("idle", "only_ours", "shared")}}
    wrong = [
        f"{name}: we count {f['counted_here']} API calls, the org {f['calls']}"
        for name, f in ours.items()
        if f["counted_here"] != f["calls"]
    ]
    short = {"load": load["staged_rows"], "loop": raw["loop"]["rows"], "bulk2": raw["bulk2"]["rows"]}
    wrong += [f"{name}: {rows:,.0f} of {size.kpis:,} KPIs" for name, rows in short.items() if rows != size.kpis]
    parked = {name: waiting for name in MUST_LAND if (waiting := raw[name]["waiting"])}
    return wrong + [f"{name}: {waiting} rows are parked" for name, waiting in parked.items()]
