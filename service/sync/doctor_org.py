"""What the doctor looks at of the org itself: the way in, its clock, its limits, and what it makes of our calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.crm.answers import Answer
from service.crm.client import Identity
from service.crm.errors import Refused
from service.crm.requests import Request, deleted_since, describe_global, updated_since
from service.domain.pacing import SLOW_FROM, exhausted
from service.mapping.model import ObjectMapping
from service.store import allowances
from service.store.allowances import MOST_ROWS, Allowance
from service.store.overview import api_calls_since, last_runs
from service.sync.context import Sync
from service.sync.doctor_store import Patient
from service.sync.findings import Station, Verdict, failure, ok, warning

SKEW, TOO_MUCH = timedelta(seconds=30), timedelta(minutes=3)
"""From where a difference of the clocks is worth a word, and where Salesforce takes our assertions no more."""
DAY = timedelta(days=1)
_MANY_RUNS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Who we are in the org, and which versions of the API it speaks."""

    identity: Identity
    version: str
    versions: tuple[str, ...]


def look_at_door(sync: Sync) -> Door:
    """Sign in, and ask who we are and which versions of the API there are."""
    client = sync.client
    identity = client.identity()
    versions = client.call(Request(method="GET", path="/services/data", parse=_versions, repeatable=True))
    return Door(identity=identity, version=client.root.split("/")[3].removeprefix("v"), versions=versions)


def _versions(answer: Answer) -> tuple[str, ...]:
    return tuple(each["version"] for each in answer.body)


def judge_login(door: Door) -> Iterator[Verdict]:
    """Say who is signed in."""
    yield ok(f"Signed in as {door.identity.username}")


def judge_version(door: Door) -> Iterator[Verdict]:
    """Judge whether the org speaks our version of the API."""
    if door.version in door.versions:
        yield ok(f"The org offers version {door.version} of the API, which Plansync speaks")
    else:
        newest = door.versions[-1] if door.versions else "none"
        yield failure(
            f"Plansync speaks version {door.version} of the API, and the org offers up to {newest}",
            "wait for the org's next release, or run a release of Plansync that speaks its version",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """The org's API calls of 24 hours: all, those of our runs, our share; what we know that it bears; its clock."""

    used: int
    allowed: int
    share: float
    ours: int
    over: timedelta
    allowance: Allowance
    skew: timedelta | None

    @property
    def a_day(self) -> int:
        """Return what our calls come to in a day at the pace of the last ones."""
        return round(self.ours * (DAY / self.over)) if self.over else self.ours


def look_at_limits(given: tuple[Patient, Sync]) -> Use:
    """Ask the org for its limits, and the ledger for our calls."""
    patient, sync = given
    daily = sync.client.call(Request(method="GET", path="limits", parse=_daily, repeatable=True))
    now, theirs = patient.clock(), sync.client.org_time
    with sync.transaction() as connection:
        runs = [run.started_at for run in last_runs(connection, limit=_MANY_RUNS)]
        return Use(
            used=daily[0],
            allowed=daily[1],
            share=sync.client.budget,
            ours=api_calls_since(connection, now - DAY),
            over=_span(runs, now),
            allowance=allowances.read(connection),
            skew=theirs - now if theirs else None,
        )


def _daily(answer: Answer) -> tuple[int, int]:
    daily = answer.body["DailyApiRequests"]
    return daily["Max"] - daily["Remaining"], daily["Max"]


def _span(runs: list[datetime], now: datetime) -> timedelta:
    """Return over which part of the last day our runs are spread; less than an hour says nothing of a pace."""
    first = min((run for run in runs if run >= now - DAY), default=now - DAY)
    return max(now - first, timedelta(hours=1))


def judge_clock(use: Use) -> Iterator[Verdict]:
    """Judge how far the org's clock is from ours."""
    if use.skew is None:
        yield warning("The org's answers carry no date", "look for a proxy on the way that takes it out")
        return
    found = f"This machine's clock and the org's are {abs(use.skew).total_seconds():.0f} s apart"
    way_out = "let this machine keep its time by NTP"
    if abs(use.skew) >= TOO_MUCH:
        yield failure(found, way_out)
    elif abs(use.skew) >= SKEW:
        yield warning(found, way_out)
    else:
        yield ok(found)


def judge_limits(use: Use) -> Iterator[Verdict]:
    """Judge whether the org's API calls suffice for us and for people."""
    ours = f"{use.used:,} of {use.allowed:,} API calls of 24 hours are used, {use.ours:,} of them by Plansync"
    found = f"{ours}, which stops at {use.allowed * use.share:,.0f}; at the present pace it needs {use.a_day:,} a day"
    if exhausted(use.used, use.allowed, share=use.share):
        yield failure(
            found, "wait until calls are free again, and find out who else uses them up (Setup > Company Information)"
        )
    elif exhausted(use.used, use.allowed, share=use.share * SLOW_FROM):
        yield warning(
            found, "Plansync is slower now; find out who else uses them, or ask Salesforce for a higher limit"
        )
    else:
        yield ok(found)


def judge_pack(use: Use) -> Iterator[Verdict]:
    """Say how many rows the org bears in one call; it is learnt from real writes, never tried out."""
    rows = use.allowance.most_rows
    learnt = "a call that the org's governor limits abort halves the number, calls that land let it grow again"
    if rows >= MOST_ROWS:
        yield ok(f"{rows:,} rows go in one call; {learnt}")
    else:
        yield warning(
            f"Only {rows:,} rows go in one call, not {MOST_ROWS:,}; {learnt}",
            "make the org's triggers and flows on the synced objects work on many rows at once",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """How the org answered the questions of a cycle inside one composite call: what it refused, by object."""

    calls: int
    refused: tuple[tuple[str, Refused], ...]
    tells_schema: bool


def look_at_detection(given: tuple[Patient, Sync]) -> Probe:
    """Ask, as every cycle does, for updates and deletions of each object, for one minute that is over."""
    patient, sync = given
    end = patient.clock().replace(second=0, microsecond=0)
    asked = [(mapping, ask) for mapping in sync.mappings for ask in (updated_since, deleted_since)]
    requests = [ask(mapping.sobject, start=end - timedelta(minutes=1), end=end) for mapping, ask in asked]
    before = sync.client.api_calls
    *answers, schema = sync.client.composite([*requests, describe_global()])
    mappings: list[ObjectMapping] = [mapping for mapping, _ in asked]
    return Probe(
        calls=sync.client.api_calls - before,
        refused=tuple(
            (mapping.sobject, answer)
            for mapping, answer in zip(mappings, answers, strict=True)
            if isinstance(answer, Refused)
        ),
        tells_schema=not isinstance(schema, Refused) and schema.modified is not None,
    )


def judge_detection(probe: Probe) -> Iterator[Verdict]:
    """Judge whether changes can be detected in one call."""
    for sobject, refused in probe.refused:
        yield failure(
            f"The org does not tell changes of {sobject} inside a composite call ({refused.first})",
            f"let the integration user see {sobject}; if it does, this org refuses what the sync is built on: tell us",
        )
    if not probe.refused:
        calls = "1 API call" if probe.calls == 1 else f"{probe.calls} API calls"
        yield ok(f"getUpdated and getDeleted work inside composite: a cycle with no change costs {calls}")
    if not probe.tells_schema:
        yield warning(
            "The org does not say when its schema changed",
            "nothing has to be done: Plansync takes the time of its last look",
        )


LOGIN = Station(
    name="login",
    look=look_at_door,
    checks={"login": judge_login, "API version": judge_version},
    fix="let the integration user use the API (docs/install.md, steps 5 and 6)",
)
LIMITS = Station(
    name="limits",
    look=look_at_limits,
    checks={"limits": judge_limits, "rows in a call": judge_pack, "clock": judge_clock},
    fix="wait a while, then run `plansync doctor` again",
)
DETECTION = Station(
    name="detection",
    look=look_at_detection,
    checks={"detection": judge_detection},
    fix="wait a while, then run `plansync doctor` again",
)
