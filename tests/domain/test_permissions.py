"""Who may do what: the rows of the requirements, and what must hold for every right, action and noun."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.permissions import LABELS, RULES, Action, Right, decide

CSM = frozenset({Right.CUSTOMER_SUCCESS, Right.FROM_TEMPLATE})
PARTICIPANT = frozenset({Right.PARTICIPANT})
NOBODY: frozenset[Right] = frozenset()
FIVE = (Action.VIEW, Action.CREATE, Action.CREATE_FROM_TEMPLATE, Action.EDIT, Action.DELETE)
ACTIONS = st.sampled_from(list(Action))
NOUNS = st.sampled_from([*RULES, "payroll"])
RIGHTS = st.frozensets(st.sampled_from(list(Right)))


def allowed(rights: frozenset[Right], noun: str) -> set[Action]:
    return {action for action in Action if decide(rights, action, noun).allowed}


@pytest.mark.req("OB-03")
@pytest.mark.parametrize("action", FIVE)
def test_customer_success_does_all_five_things_with_objectives(action: Action) -> None:
    assert decide(CSM, action, "objective").allowed


@pytest.mark.req("OB-04")
def test_a_participant_views_creates_blank_and_edits_objectives_and_nothing_else() -> None:
    assert allowed(PARTICIPANT, "objective") == {Action.VIEW, Action.CREATE, Action.EDIT}


@pytest.mark.req("OB-05")
@pytest.mark.parametrize(("action", "noun"), list(product(Action, [*RULES, "payroll"])))
def test_who_has_neither_set_may_do_nothing(action: Action, noun: str) -> None:
    verdict = decide(NOBODY, action, noun)

    assert not verdict.allowed
    assert verdict.reason


@pytest.mark.req("OB-05")
def test_who_has_neither_set_is_told_which_sets_there_are_and_whom_to_ask() -> None:
    assert decide(NOBODY, Action.VIEW, "objective").reason == (
        "Without a permission set of Plansync, viewing objectives is not allowed; ask a Salesforce administrator for "
        "the permission set CSC - Customer Success or CSC - Participant User"
    )


@pytest.mark.req("OB-06")
def test_customer_success_does_everything_with_kpis() -> None:
    assert allowed(CSM, "objective_kpi") == {Action.VIEW, Action.CREATE, Action.EDIT, Action.DELETE}


@pytest.mark.req("OB-07")
def test_a_participant_never_deletes_a_kpi() -> None:
    verdict = decide(PARTICIPANT, Action.DELETE, "objective_kpi")

    assert allowed(PARTICIPANT, "objective_kpi") == {Action.VIEW, Action.CREATE, Action.EDIT}
    assert verdict.reason == (
        "CSC - Participant User does not allow deleting objective KPIs; ask a Salesforce administrator for the "
        "permission set CSC - Customer Success"
    )


@pytest.mark.req("OB-08")
@pytest.mark.parametrize("noun", ["objective", "playbook", "success_plan"])
def test_creating_from_a_template_takes_its_custom_permission_as_well(noun: str) -> None:
    bare = decide(CSM - {Right.FROM_TEMPLATE}, Action.CREATE_FROM_TEMPLATE, noun)

    assert decide(CSM, Action.CREATE_FROM_TEMPLATE, noun).allowed
    assert not bare.allowed
    assert "only with its custom permission Create_From_Template" in bare.reason
    assert Action.PUBLISH in allowed(CSM - {Right.FROM_TEMPLATE}, noun)


@pytest.mark.req("OB-08")
def test_the_custom_permission_of_templates_alone_is_worth_nothing() -> None:
    assert not decide(PARTICIPANT | {Right.FROM_TEMPLATE}, Action.CREATE_FROM_TEMPLATE, "objective").allowed
    assert not decide({Right.FROM_TEMPLATE}, Action.CREATE_FROM_TEMPLATE, "objective").allowed


@pytest.mark.req("OB-09")
def test_a_participant_only_views_success_plans() -> None:
    assert allowed(PARTICIPANT, "success_plan") == {Action.VIEW}


@pytest.mark.parametrize("noun", ["account", "contact", "user"])
def test_what_belongs_to_the_crm_is_only_viewed(noun: str) -> None:
    assert allowed(CSM | PARTICIPANT, noun) == {Action.VIEW}
    assert decide(CSM, Action.EDIT, noun).reason == (
        f"No permission set allows editing {RULES[noun].plural} through Plansync; do it in Salesforce"
    )


def test_a_noun_without_a_rule_is_refused_whoever_asks() -> None:
    verdict = decide(CSM | PARTICIPANT, Action.VIEW, "payroll")

    assert not verdict.allowed
    assert "no rule for 'payroll'" in verdict.reason


def test_what_is_allowed_says_by_which_set() -> None:
    assert (
        decide(CSM | PARTICIPANT, Action.EDIT, "objective").reason == "CSC - Customer Success allows editing objectives"
    )


@given(action=ACTIONS, noun=NOUNS, extra=RIGHTS)
def test_a_participant_never_gets_more_than_customer_success(
    action: Action, noun: str, extra: frozenset[Right]
) -> None:
    if decide(PARTICIPANT | extra, action, noun).allowed:
        assert decide(CSM | extra, action, noun).allowed


@given(rights=RIGHTS, more=RIGHTS, action=ACTIONS, noun=NOUNS)
def test_a_further_right_never_takes_anything_away(
    rights: frozenset[Right], more: frozenset[Right], action: Action, noun: str
) -> None:
    if decide(rights, action, noun).allowed:
        assert decide(rights | more, action, noun).allowed


@given(rights=RIGHTS, action=ACTIONS, noun=NOUNS)
def test_every_verdict_has_a_reason_and_every_approval_rests_on_a_set(
    rights: frozenset[Right], action: Action, noun: str
) -> None:
    verdict = decide(rights, action, noun)

    assert verdict.reason
    assert not verdict.allowed or rights & LABELS.keys()
