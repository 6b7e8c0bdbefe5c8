"""Three-way merge of one record: base, ours, theirs; per field, pure, with a reason for everything.

*Base* is what both sides last agreed on. Pull is the difference of theirs from base, push the
difference of ours; where both differ, the field's conflict policy decides (promises P2, P6, P8).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from service.domain.values import Row, Value


class Direction(StrEnum):
    """Which side may change a field (or the records of an object)."""

    BOTH = "both"
    PULL = "pull"
    PUSH = "push"


class Policy(StrEnum):
    """Who wins when both sides changed the same field."""

    THEIRS = "theirs"
    OURS = "ours"
    ASK = "ask"


class Outcome(StrEnum):
    """What was decided for one field."""

    AGREED = "agreed"
    PULL = "pull"
    PUSH = "push"
    RESTORE = "restore"
    THEIRS_WON = "theirs won"
    OURS_WON = "ours won"
    ASK = "ask"
    CONTESTED = "contested"


TAKES_THEIRS = frozenset({Outcome.PULL, Outcome.RESTORE, Outcome.THEIRS_WON})
SENDS_OURS = frozenset({Outcome.PUSH, Outcome.OURS_WON})
WAITS = frozenset({Outcome.ASK, Outcome.CONTESTED})
LOGGED = frozenset({Outcome.RESTORE, Outcome.THEIRS_WON, Outcome.OURS_WON, *WAITS})
"""Outcomes in which somebody's value lost or waits: they go into the decision log."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How one field is merged."""

    direction: Direction = Direction.BOTH
    conflict: Policy = Policy.THEIRS
    required: bool = False
    """The CRM never holds null here (an owner): null on our side means "not said yet"."""


@dataclass(frozen=True, slots=True)
class FieldDecision:
    """One field's verdict with all three values."""

    column: str
    outcome: Outcome
    reason: str
    base: Value
    ours: Value
    theirs: Value


@dataclass(frozen=True, slots=True)
class Merge:
    """One record's verdict: what to write here, what to send there, what both now agree on."""

    base: Row
    here: Row = field(default_factory=dict)
    there: Row = field(default_factory=dict)
    decisions: tuple[FieldDecision, ...] = ()

    @property
    def asked(self) -> tuple[FieldDecision, ...]:
        """Return the fields that wait for a person."""
        return tuple(d for d in self.decisions if d.outcome in WAITS)


def merge(rules: Mapping[str, Rule], *, base: Row | None, ours: Row, theirs: Row, sending: Row | None = None) -> Merge:
    """Merge one record field by field.

    `base` is None when the two records meet for the first time. `sending` are values whose
    arrival is not known (an answer got lost): where theirs equals them, they arrived.
    """
    known = dict(base or {})
    known.update({c: v for c, v in (sending or {}).items() if c in theirs and theirs[c] == v})
    verdicts = [
        _decide(column, rule, known, ours.get(column), theirs[column])
        for column, rule in rules.items()
        if column in theirs
    ]
    return Merge(
        base={**known, **{d.column: d.theirs for d in verdicts if d.outcome not in WAITS}},
        here={d.column: d.theirs for d in verdicts if d.outcome in TAKES_THEIRS},
        there={d.column: d.ours for d in verdicts if d.outcome in SENDS_OURS},
        decisions=tuple(d for d in verdicts if d.outcome is not Outcome.AGREED),
    )


def contest(merge: Merge, *, base: Row, columns: Collection[str]) -> Merge:
    """Let a person decide on columns that the CRM's own automation rewrites after each of our writes."""
    reason = "the CRM rewrites this field after each of our writes; a person decides"
    waits = {
        d.column: replace(d, outcome=Outcome.CONTESTED, reason=reason) for d in merge.decisions if d.column in columns
    }
    kept = {column: base[column] for column in waits if column in base}
    return replace(
        merge,
        base={**{c: v for c, v in merge.base.items() if c not in waits}, **kept},
        there={c: v for c, v in merge.there.items() if c not in waits},
        decisions=tuple(waits.get(d.column, d) for d in merge.decisions),
    )


def _decide(column: str, rule: Rule, base: Mapping[str, Value], ours: Value, theirs: Value) -> FieldDecision:
    """Give one field's verdict; each branch is one situation."""
    outcome, reason = _verdict(rule, column in base, base.get(column), ours, theirs)
    return FieldDecision(column, outcome, reason, base.get(column), ours, theirs)


def _verdict(rule: Rule, met: bool, base: Value, ours: Value, theirs: Value) -> tuple[Outcome, str]:
    if ours == theirs:
        return Outcome.AGREED, "both sides hold the same value"
    if ours is None and rule.required:
        return Outcome.PULL, "the field cannot be empty in the CRM"
    if not met and ours is None:
        return Outcome.PULL, "the CRM knew a value before Plansync did"
    if met and ours == base:
        return _theirs_changed(rule)
    if (met and theirs == base) or (not met and theirs is None):
        return _ours_changed(rule)
    return _both_changed(rule, met)


def _theirs_changed(rule: Rule) -> tuple[Outcome, str]:
    if rule.direction is Direction.PUSH:
        return Outcome.OURS_WON, "only Plansync writes this field; the CRM's change is overwritten"
    return Outcome.PULL, "changed in the CRM"


def _ours_changed(rule: Rule) -> tuple[Outcome, str]:
    if rule.direction is Direction.PULL:
        return Outcome.RESTORE, "only the CRM writes this field; the change here is undone"
    return Outcome.PUSH, "changed here"


def _both_changed(rule: Rule, met: bool) -> tuple[Outcome, str]:
    if rule.direction is Direction.PULL:
        return Outcome.RESTORE, "only the CRM writes this field; the change here is undone"
    if rule.direction is Direction.PUSH:
        return Outcome.OURS_WON, "only Plansync writes this field; the CRM's change is overwritten"
    what = "changed on both sides" if met else "the two records met with different values"
    return {
        Policy.THEIRS: (Outcome.THEIRS_WON, f"{what}; the mapping lets the CRM win"),
        Policy.OURS: (Outcome.OURS_WON, f"{what}; the mapping lets Plansync win"),
        Policy.ASK: (Outcome.ASK, f"{what}; a person decides"),
    }[rule.conflict]


class Fate(StrEnum):
    """What happens to a record that one side deleted."""

    DELETE_HERE = "delete here"
    DELETE_THERE = "delete there"
    RESTORE_HERE = "restore here"
    GONE = "gone"
    PARK = "park"


def deleted_there(*, edited_here: bool, deleted_here: bool, policy: Policy) -> tuple[Fate, str]:
    """Decide on a record that the CRM deleted (P3): a delete wins unless we hold unpushed edits."""
    if deleted_here:
        return Fate.GONE, "deleted on both sides"
    if not edited_here:
        return Fate.DELETE_HERE, "deleted in the CRM"
    if policy is Policy.THEIRS:
        return Fate.DELETE_HERE, "deleted in the CRM; the mapping lets the delete win over the edit here"
    return Fate.PARK, "deleted in the CRM, but edited here since"


def deleted_here(*, edited_there: bool, policy: Policy) -> tuple[Fate, str]:
    """Decide on a record that we deleted and the CRM still has."""
    if not edited_there:
        return Fate.DELETE_THERE, "deleted here"
    if policy is Policy.OURS:
        return Fate.DELETE_THERE, "deleted here; the mapping lets the delete win over the CRM's edit"
    if policy is Policy.THEIRS:
        return Fate.RESTORE_HERE, "edited in the CRM since it was deleted here; the mapping lets the edit win"
    return Fate.PARK, "deleted here, but edited in the CRM since"
