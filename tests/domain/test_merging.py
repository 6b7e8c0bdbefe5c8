"""Three-way merge: what each promise says of one record, for every mapping and every history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.merging import (
    LOGGED,
    SENDS_OURS,
    TAKES_THEIRS,
    WAITS,
    Direction,
    Fate,
    Merge,
    Outcome,
    Policy,
    Rule,
    contest,
    deleted_here,
    deleted_there,
    merge,
)
from service.domain.values import Row, Value

COLUMNS = ("a", "b", "c")
VALUES: st.SearchStrategy[Value] = st.sampled_from(["x", "y", "z", None, True, False])
RULES = st.builds(Rule, direction=st.sampled_from(Direction), conflict=st.sampled_from(Policy), required=st.booleans())


@dataclass(frozen=True)
class Case:
    """One record before a merge."""

    rules: dict[str, Rule]
    base: Row | None
    ours: Row
    theirs: Row
    sending: Row | None

    def merged(self) -> Merge:
        """Merge it."""
        return merge(self.rules, base=self.base, ours=self.ours, theirs=self.theirs, sending=self.sending)


def rows(*, some: bool = False) -> st.SearchStrategy[Row]:
    """Return rows with every column, or only some."""
    if some:
        return st.dictionaries(st.sampled_from(COLUMNS), VALUES)
    return st.fixed_dictionaries(dict.fromkeys(COLUMNS, VALUES))


CASES = st.builds(
    Case,
    rules=st.fixed_dictionaries(dict.fromkeys(COLUMNS, RULES)),
    base=st.none() | rows(some=True),
    ours=rows(),
    theirs=rows() | rows(some=True),
    sending=st.none() | rows(some=True),
)


# Properties


@pytest.mark.req("P2")
@given(CASES)
def test_no_value_is_lost_without_a_word(case: Case) -> None:
    """Every value of either side stands at the end, or the decisions name it with who won."""
    merged = case.merged()
    told = {d.column: {d.base, d.ours, d.theirs} for d in merged.decisions}
    for column in case.theirs:
        after_here = merged.here.get(column, case.ours[column])
        after_there = merged.there.get(column, case.theirs[column])
        for value in (case.ours[column], case.theirs[column]):
            assert value in (after_here, after_there) or value in told[column]


@given(CASES)
def test_every_value_that_loses_goes_into_the_log(case: Case) -> None:
    merged = case.merged()
    base = {**(case.base or {}), **_arrived(case)}

    for decision in merged.decisions:
        both_changed = decision.column in base and base[decision.column] not in (decision.ours, decision.theirs)
        if both_changed and not (case.rules[decision.column].required and decision.ours is None):
            assert decision.outcome in LOGGED


@given(CASES)
def test_every_decision_says_why(case: Case) -> None:
    for decision in case.merged().decisions:
        assert decision.reason
        assert decision.outcome is not Outcome.AGREED


@pytest.mark.req("P1")
@given(CASES)
def test_after_both_parts_are_applied_both_sides_are_equal_but_for_what_is_asked(case: Case) -> None:
    merged = case.merged()
    ours, theirs = {**case.ours, **merged.here}, {**case.theirs, **merged.there}
    asked = {d.column for d in merged.asked}

    assert all(ours[column] == theirs[column] for column in case.theirs if column not in asked)


@pytest.mark.req("P5")
@given(CASES)
def test_merging_again_after_both_parts_are_applied_gives_nothing(case: Case) -> None:
    merged = case.merged()
    again = merge(
        case.rules,
        base={**merged.base, **merged.there},
        ours={**case.ours, **merged.here},
        theirs={**case.theirs, **merged.there},
    )

    assert (again.here, again.there) == ({}, {})
    assert {d.column for d in again.decisions} == {d.column for d in merged.asked}


@pytest.mark.req("P5")
@given(CASES)
def test_merging_again_before_ours_was_sent_sends_the_same(case: Case) -> None:
    """A process that died between writing here and sending there picks up where it stood."""
    merged = case.merged()
    again = merge(case.rules, base=merged.base, ours={**case.ours, **merged.here}, theirs=case.theirs)

    assert (again.here, again.there) == ({}, merged.there)
    assert again.base == merged.base


@pytest.mark.req("P6")
@given(CASES)
def test_our_own_write_never_comes_back_as_a_change(case: Case) -> None:
    """What was sent is seen again with an answer that got lost, or with one that came."""
    sent = case.ours
    echo = merge(case.rules, base=case.base, ours=sent, theirs=sent, sending=sent)

    assert (echo.here, echo.there, echo.decisions) == ({}, {}, ())


@pytest.mark.req("P6")
@given(CASES, rows())
def test_what_arrived_unanswered_counts_as_agreed_so_a_later_edit_here_is_ours_alone(case: Case, later: Row) -> None:
    rules = {column: Rule(conflict=rule.conflict) for column, rule in case.rules.items()}
    merged = merge(rules, base=case.base, ours=later, theirs=case.ours, sending=case.ours)

    assert merged.here == {}
    assert merged.there == {column: value for column, value in later.items() if value != case.ours[column]}


@pytest.mark.req("P8")
@given(CASES)
def test_a_field_that_nobody_changed_here_is_never_sent_unless_only_we_write_it(case: Case) -> None:
    base = {**(case.base or {}), **_arrived(case)}
    for column in case.merged().there:
        unchanged = column in base and base[column] == case.ours[column]
        assert not unchanged or case.rules[column].direction is Direction.PUSH


@pytest.mark.req("P8")
@given(CASES)
def test_a_field_that_the_crm_did_not_show_is_left_alone(case: Case) -> None:
    merged = case.merged()
    unseen = set(COLUMNS) - set(case.theirs)

    assert not unseen & (merged.here.keys() | merged.there.keys() | {d.column for d in merged.decisions})
    assert all(merged.base.get(column) == (case.base or {}).get(column) for column in unseen)


@given(CASES)
def test_fields_do_not_know_each_other(case: Case) -> None:
    """Merging a record is merging each of its fields alone."""
    whole = case.merged()
    for column in COLUMNS:
        alone = merge(
            {column: case.rules[column]},
            base=_only(case.base, column),
            ours=_only(case.ours, column) or {},
            theirs=_only(case.theirs, column) or {},
            sending=_only(case.sending, column),
        )
        assert alone.here == _only(whole.here, column)
        assert alone.there == _only(whole.there, column)
        assert alone.decisions == tuple(d for d in whole.decisions if d.column == column)


@given(CASES)
def test_a_direction_is_kept(case: Case) -> None:
    merged = case.merged()

    for column, rule in case.rules.items():
        if rule.direction is Direction.PULL:
            assert column not in merged.there
        if rule.direction is Direction.PUSH and column in merged.here:
            # Only where we have nothing to say, or nothing may stand there.
            assert case.ours[column] is None


@given(CASES)
def test_nobody_is_asked_unless_the_mapping_says_so(case: Case) -> None:
    for decision in case.merged().asked:
        rule = case.rules[decision.column]
        assert (rule.direction, rule.conflict) == (Direction.BOTH, Policy.ASK)


@given(CASES)
def test_what_both_agree_on_is_what_the_crm_showed_but_for_what_is_asked(case: Case) -> None:
    merged = case.merged()
    asked = {d.column for d in merged.asked}
    known = {**(case.base or {}), **_arrived(case)}

    for column, value in case.theirs.items():
        if column not in asked:
            assert merged.base[column] == value
        else:
            assert merged.base.get(column, "never met") == known.get(column, "never met")


# Each branch


def one(rule: Rule, *, ours: Value, theirs: Value, **base: Any) -> Merge:
    """Merge one field; `base=` says that the records met before."""
    known = {"a": base["base"]} if base else None
    return merge({"a": rule}, base=known, ours={"a": ours}, theirs={"a": theirs})


ASK, THEIRS, OURS = (Rule(conflict=policy) for policy in (Policy.ASK, Policy.THEIRS, Policy.OURS))
PULLED, PUSHED = (Rule(direction=direction) for direction in (Direction.PULL, Direction.PUSH))
REQUIRED = Rule(required=True)


@pytest.mark.parametrize(
    ("rule", "base", "ours", "theirs", "outcome", "reason"),
    [
        (THEIRS, "x", "x", "y", Outcome.PULL, "changed in the CRM"),
        (THEIRS, "x", "x", None, Outcome.PULL, "changed in the CRM"),
        (PULLED, "x", "x", "y", Outcome.PULL, "changed in the CRM"),
        (PUSHED, "x", "x", "y", Outcome.OURS_WON, "only Plansync writes this field; the CRM's change is overwritten"),
        (THEIRS, "x", "y", "x", Outcome.PUSH, "changed here"),
        (THEIRS, "x", None, "x", Outcome.PUSH, "changed here"),
        (PUSHED, "x", "y", "x", Outcome.PUSH, "changed here"),
        (PULLED, "x", "y", "x", Outcome.RESTORE, "only the CRM writes this field; the change here is undone"),
        (THEIRS, "x", "y", "z", Outcome.THEIRS_WON, "changed on both sides; the mapping lets the CRM win"),
        (OURS, "x", "y", "z", Outcome.OURS_WON, "changed on both sides; the mapping lets Plansync win"),
        (ASK, "x", "y", "z", Outcome.ASK, "changed on both sides; a person decides"),
        (PULLED, "x", "y", "z", Outcome.RESTORE, "only the CRM writes this field; the change here is undone"),
        (PUSHED, "x", "y", "z", Outcome.OURS_WON, "only Plansync writes this field; the CRM's change is overwritten"),
        (REQUIRED, "x", None, "x", Outcome.PULL, "the field cannot be empty in the CRM"),
        (REQUIRED, "x", None, "y", Outcome.PULL, "the field cannot be empty in the CRM"),
    ],
)
def test_two_records_that_met_before(
    rule: Rule, base: Value, ours: Value, theirs: Value, outcome: Outcome, reason: str
) -> None:
    [decision] = one(rule, base=base, ours=ours, theirs=theirs).decisions

    assert (decision.outcome, decision.reason) == (outcome, reason)
    assert (decision.base, decision.ours, decision.theirs) == (base, ours, theirs)


@pytest.mark.parametrize(
    ("rule", "ours", "theirs", "outcome", "reason"),
    [
        (THEIRS, None, "y", Outcome.PULL, "the CRM knew a value before Plansync did"),
        (PUSHED, None, "y", Outcome.PULL, "the CRM knew a value before Plansync did"),
        (THEIRS, "x", None, Outcome.PUSH, "changed here"),
        (PULLED, "x", None, Outcome.RESTORE, "only the CRM writes this field; the change here is undone"),
        (
            THEIRS,
            "x",
            "y",
            Outcome.THEIRS_WON,
            "the two records met with different values; the mapping lets the CRM win",
        ),
        (OURS, "x", "y", Outcome.OURS_WON, "the two records met with different values; the mapping lets Plansync win"),
        (ASK, "x", "y", Outcome.ASK, "the two records met with different values; a person decides"),
    ],
)
def test_two_records_that_meet_for_the_first_time(
    rule: Rule, ours: Value, theirs: Value, outcome: Outcome, reason: str
) -> None:
    [decision] = one(rule, ours=ours, theirs=theirs).decisions

    assert (decision.outcome, decision.reason) == (outcome, reason)


@pytest.mark.parametrize("rule", [THEIRS, OURS, ASK, PULLED, PUSHED, REQUIRED])
def test_the_same_change_on_both_sides_is_no_conflict(rule: Rule) -> None:
    merged = one(rule, base="x", ours="y", theirs="y")

    assert merged == Merge(base={"a": "y"})


def test_what_was_under_way_and_did_not_arrive_is_not_believed() -> None:
    merged = merge({"a": THEIRS}, base={"a": "x"}, ours={"a": "y"}, theirs={"a": "x"}, sending={"a": "y"})

    assert (merged.base, merged.there) == ({"a": "x"}, {"a": "y"})


def test_a_column_without_a_rule_is_kept_in_the_base_and_not_judged() -> None:
    merged = merge({}, base={"old": "x"}, ours={"old": "y"}, theirs={"old": "z"})

    assert merged == Merge(base={"old": "x"})


def test_what_is_contested_waits_for_a_person_and_stays_agreed_as_it_was() -> None:
    rules = {"a": Rule(direction=Direction.PUSH), "b": THEIRS}
    merged = merge(rules, base={"a": "x"}, ours={"a": "x", "b": None}, theirs={"a": "y", "b": "n"})

    waits = contest(merged, base={"a": "x"}, columns={"a"})

    assert merged.there == {"a": "x"}
    assert (waits.base, waits.there, waits.here) == ({"a": "x", "b": "n"}, {}, {"b": "n"})
    assert [(d.column, d.outcome) for d in waits.asked] == [("a", Outcome.CONTESTED)]
    assert contest(merged, base={}, columns={"a"}).base == {"b": "n"}


def test_the_outcomes_that_write_do_not_overlap() -> None:
    assert not TAKES_THEIRS & SENDS_OURS
    assert {Outcome.AGREED, *WAITS} == set(Outcome) - TAKES_THEIRS - SENDS_OURS


# Deletes


@pytest.mark.req("P3")
@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize(
    ("edited", "deleted", "fates"),
    [
        (False, False, dict.fromkeys(Policy, Fate.DELETE_HERE)),
        (False, True, dict.fromkeys(Policy, Fate.GONE)),
        (True, True, dict.fromkeys(Policy, Fate.GONE)),
        (True, False, {Policy.THEIRS: Fate.DELETE_HERE, Policy.OURS: Fate.PARK, Policy.ASK: Fate.PARK}),
    ],
)
def test_the_fate_of_a_record_that_the_crm_deleted(
    policy: Policy, edited: bool, deleted: bool, fates: dict[Policy, Fate]
) -> None:
    fate, reason = deleted_there(edited_here=edited, deleted_here=deleted, policy=policy)

    assert fate is fates[policy]
    assert "deleted" in reason


@pytest.mark.req("P3")
@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize(
    ("edited", "fates"),
    [
        (False, dict.fromkeys(Policy, Fate.DELETE_THERE)),
        (True, {Policy.THEIRS: Fate.RESTORE_HERE, Policy.OURS: Fate.DELETE_THERE, Policy.ASK: Fate.PARK}),
    ],
)
def test_the_fate_of_a_record_that_we_deleted(policy: Policy, edited: bool, fates: dict[Policy, Fate]) -> None:
    fate, reason = deleted_here(edited_there=edited, policy=policy)

    assert fate is fates[policy]
    assert "deleted here" in reason


def _arrived(case: Case) -> Row:
    return {c: v for c, v in (case.sending or {}).items() if c in case.theirs and case.theirs[c] == v}


def _only(row: Row | None, column: str) -> Row | None:
    return None if row is None else {c: v for c, v in row.items() if c == column}
