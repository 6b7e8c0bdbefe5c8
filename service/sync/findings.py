"""Findings of the doctor: what a check found, how grave it is, and the way out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from service.crm.errors import CrmError, SignInNeeded, Unreachable
from service.errors import PlansyncError

Given = TypeVar("Given")
Seen = TypeVar("Seen")


class State(StrEnum):
    """How grave a finding is."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found; `fix` is the way out, which every failure has."""

    state: State
    found: str
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A verdict with the check that it comes from."""

    check: str
    state: State
    found: str
    fix: str


Check = Callable[[Seen], Iterable[Verdict]]
"""Judge what was seen; a check asks nobody anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station(Generic[Given, Seen]):
    """One place to look at, and the checks that judge what is seen there.

    Looking is a check itself, called `name`: an error of ours is its failure, with `fix` where the error names no way out.
    """

    name: str
    look: Callable[[Given], Seen]
    checks: Mapping[str, Check[Seen]]
    fix: str


class NotShown(PlansyncError):  # noqa: N818 - named for what is the matter
    """The org does not show something to the user that Plansync signs in as; nothing is wrong with the sync."""

    def __init__(self, what: str, way_out: str) -> None:
        super().__init__(what)
        self.way_out = way_out


def ok(found: str) -> Verdict:
    """Say that something is as it should be."""
    return Verdict(State.OK, found)


def warning(found: str, fix: str) -> Verdict:
    """Say that something works and wants attention."""
    return Verdict(State.WARNING, found, fix)


def failure(found: str, fix: str) -> Verdict:
    """Say that something keeps the sync from working, and the way out."""
    return Verdict(State.FAILURE, found, fix)


def skipped(why: str, fix: str = "") -> Verdict:
    """Say that something was not checked, and why."""
    return Verdict(State.SKIPPED, why, fix)


def verdict_of(error: PlansyncError, fix: str) -> Verdict:
    """Return what an error means: one sentence, in which the way out mostly stands behind a semicolon."""
    if isinstance(error, NotShown):
        return skipped(str(error), error.way_out)
    if isinstance(error, SignInNeeded | Unreachable):
        return failure(str(error).removesuffix(f": {error.way_out}."), error.way_out)
    found, _, way_out = str(error).rpartition("; ")
    if not found or "\n" in found or isinstance(error, CrmError):
        return failure(str(error), fix)
    return failure(found, way_out)
