"""Our invented team and its way of working, as frozen values read from `definitions.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "definitions.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A user who is also a resource."""

    username: str
    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """A measured value of an objective and how its target is found."""

    measure: str
    description: str
    category: str
    unit: str
    target: Decimal
    improve: int = 0
    direction: str = "Increase"

    def target_from(self, baseline: Decimal | None) -> Decimal:
        """Return the baseline improved, or the fixed target where there is none."""
        if not baseline or not self.improve:
            return self.target
        sign = 1 if self.direction == "Increase" else -1
        return (baseline * (100 + sign * self.improve) / 100).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A step of a playbook; `after` names the steps that it waits for."""

    key: str
    name: str
    description: str
    type: str
    day: int
    days: int
    hours: float
    roles: tuple[str, ...]
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """The steps towards an objective."""

    name: str
    description: str
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """An aim, the days it has, its KPIs and its playbook."""

    name: str
    description: str
    priority: str
    risk: str
    tag: str
    after: int
    days: int
    kpis: tuple[Kpi, ...]
    playbook: Playbook


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """An objective that is kept to be cloned, and the day on which it starts."""

    start: date
    objective: Objective


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """The whole of it: who works, which objectives a customer of each tier has, and the template for any of them.

    The participant works along with a permission set that allows less, the outsider has none.
    """

    lead: Member
    team: tuple[Member, ...]
    participant: Member
    outsider: Member
    tiers: Mapping[str, tuple[Objective, ...]]
    template: Template


def read_definitions(file: Path = FILE) -> Definitions:
    """Read the file; a key that is missing or unknown is an error."""
    raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    objectives = {name: _objective(item) for name, item in raw["objectives"].items()}
    return Definitions(
        lead=Member(**raw["lead"]),
        team=tuple(Member(**item) for item in raw["team"]),
        participant=Member(**raw["participant"]),
        outsider=Member(**raw["outsider"]),
        tiers={tier: tuple(objectives[name] for name in names) for tier, names in raw["tiers"].items()},
        template=Template(**{**raw["template"], "objective": _objective(raw["template"]["objective"])}),
    )


def _objective(raw: dict[str, Any]) -> Objective:
    return Objective(**{**raw, "kpis": tuple(map(_kpi, raw["kpis"])), "playbook": _playbook(raw["playbook"])})


def _kpi(raw: dict[str, Any]) -> Kpi:
    return Kpi(**{**raw, "target": Decimal(str(raw["target"]))})


def _playbook(raw: dict[str, Any]) -> Playbook:
    return Playbook(**{**raw, "tasks": tuple(map(_task, raw["tasks"]))})


def _task(raw: dict[str, Any]) -> Task:
    return Task(**{**raw, "roles": tuple(raw["roles"]), "after": tuple(raw.get("after", ()))})
