"""The doctor: look at everything that a sync stands on, and say what is wrong and how to mend it.

It reads and writes nothing of the customer's. After a failure it goes on; what cannot be looked at without the thing
that failed is skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar

from service.errors import PlansyncError
from service.store import reports
from service.store.database import transaction
from service.store.orgs import Org
from service.store.reports import Report
from service.store.sealing import SealingError
from service.sync.context import Sync
from service.sync.doctor_access import CERTIFICATES
from service.sync.doctor_jobs import JOBS
from service.sync.doctor_org import DETECTION, LIMITS, LOGIN
from service.sync.doctor_package import SCHEMA
from service.sync.doctor_people import FIELD_SETS, PEOPLE
from service.sync.doctor_store import CONNECTION, DATABASE, HEALTH, KEYS, SIDES, TABLES, Patient
from service.sync.findings import Finding, State, Station, Verdict, skipped, verdict_of

Given = TypeVar("Given")
Seen = TypeVar("Seen")
Progress = Callable[[str], None]
"""Is told what is looked at next."""
KIND = "doctor"
STATIONS: tuple[Station[Any, Any], ...] = (
    DATABASE,
    TABLES,
    KEYS,
    CONNECTION,
    HEALTH,
    JOBS,
    CERTIFICATES,
    SIDES,
    LOGIN,
    SCHEMA,
    PEOPLE,
    FIELD_SETS,
    LIMITS,
    DETECTION,
)
"""Every place that is looked at, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """Everything the doctor found; `org` is None where no org could be looked at, `at` where nothing opened."""

    org: str | None
    at: datetime | None
    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Say whether no check failed."""
        return all(finding.state is not State.FAILURE for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """Return the report as it is printed and kept."""
        findings = [asdict(finding) for finding in self.findings]
        return {"org": self.org, "at": self.at and self.at.isoformat(), "ok": self.healthy, "findings": findings}


def examine(patient: Patient, *, progress: Progress) -> Examination:
    """Look at the installation and at one org, and keep the report beside the org."""
    rounds = _Rounds(progress)
    server = rounds.visit(DATABASE, patient)
    tables = server and rounds.visit(TABLES, patient)
    if tables:
        rounds.visit(KEYS, patient)
    org = rounds.visit(CONNECTION, patient) if tables else None
    if org:
        rounds.visit(HEALTH, (patient, org))
        rounds.visit(JOBS, (patient, org))
        rounds.visit(CERTIFICATES, (patient, org))
    sync = rounds.visit(SIDES, (patient, org)) if org else None
    if sync:
        _examine_crm(rounds, patient, sync)
    now = patient.clock()
    made = Examination(org=org.name if org else None, at=now, findings=rounds.all())
    if org:
        _keep(patient, org, made, now)
    return made


def unusable(error: PlansyncError) -> Examination:
    """Return the report of an installation that does not even open."""
    rounds = _Rounds(lambda _name: None)
    station = KEYS if isinstance(error, SealingError) else DATABASE
    rounds.note(station.name, verdict_of(error, station.fix))
    return Examination(org=None, at=None, findings=rounds.all())


def _examine_crm(rounds: _Rounds, patient: Patient, sync: Sync) -> None:
    try:
        seen = rounds.visit(LOGIN, sync)
        if seen:
            rounds.visit(SCHEMA, sync)
            rounds.visit(PEOPLE, (patient, sync, seen.identity))
            rounds.visit(FIELD_SETS, sync)
            rounds.visit(LIMITS, (patient, sync))
            rounds.visit(DETECTION, (patient, sync))
    finally:
        sync.client.session.close()


def _keep(patient: Patient, org: Org, made: Examination, now: datetime) -> None:
    with transaction(patient.engine, org.id, by=KIND) as connection:
        reports.keep(connection, org.id, Report(kind=KIND, at=now, body=made.as_json()))


class _Rounds:
    """Go from station to station and note what is found."""

    def __init__(self, progress: Progress) -> None:
        self.findings: list[Finding] = []
        self._progress = progress

    def visit(self, station: Station[Given, Seen], given: Given) -> Seen | None:
        """Look at one station and judge what is there; None where there is nothing to see."""
        self._progress(station.name)
        try:
            seen = station.look(given)
        except PlansyncError as error:
            self.note(station.name, verdict_of(error, station.fix))
            for name in station.checks:
                if name != station.name:
                    self.note(name, skipped(f"See {station.name}"))
            return None
        for name, check in station.checks.items():
            for verdict in check(seen):
                self.note(name, verdict)
        return seen

    def note(self, check: str, verdict: Verdict) -> None:
        """Add a finding."""
        self.findings.append(Finding(check=check, state=verdict.state, found=verdict.found, fix=verdict.fix))

    def all(self) -> tuple[Finding, ...]:
        """Return what was found, and for every check that was not reached that it was skipped."""
        reached = {finding.check for finding in self.findings}
        for name in (name for station in STATIONS for name in station.checks if name not in reached):
            self.note(name, skipped("What it needs could not be looked at"))
        return tuple(self.findings)
