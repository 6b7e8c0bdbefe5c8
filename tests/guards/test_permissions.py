"""The table of permissions says what the package's permission sets say."""

from __future__ import annotations

import pytest

from service.domain.permissions import LABELS, RULES, Action, Right
from tests.guards.test_package import load
from tests.world import shipped

SETS = load("permissionsets", "permissionset")
FLAGS = {"allowRead": Action.VIEW, "allowCreate": Action.CREATE, "allowEdit": Action.EDIT, "allowDelete": Action.DELETE}
PACKAGED = {noun: shipped()[noun].sobject for noun in RULES if shipped()[noun].sobject.endswith("__c")}


def granted(permission_set: str, sobject: str) -> set[Action]:
    for rights in SETS[permission_set].findall("objectPermissions"):
        if rights.findtext("object") == sobject:
            return {action for flag, action in FLAGS.items() if rights.findtext(flag) == "true"}
    return set()


@pytest.mark.req("OB-03", "OB-04", "OB-06", "OB-07", "OB-09")
@pytest.mark.parametrize("noun", PACKAGED)
def test_the_table_and_the_permission_sets_grant_the_same(noun: str) -> None:
    rule, sobject = RULES[noun], PACKAGED[noun]

    assert rule.customer_success & set(FLAGS.values()) == granted(Right.CUSTOMER_SUCCESS, sobject)
    assert rule.participant & set(FLAGS.values()) == granted(Right.PARTICIPANT, sobject)


def test_every_synced_object_has_a_rule() -> None:
    assert {mapping.name for mapping in shipped()} == set(RULES)


def test_the_labels_are_those_of_the_permission_sets() -> None:
    assert {right: SETS[right].findtext("label") for right in LABELS} == LABELS


@pytest.mark.req("OB-08")
def test_each_right_is_a_custom_permission_of_the_set_that_the_table_means() -> None:
    carried = {
        name: {each.findtext("name") for each in permission_set.findall("customPermissions")}
        for name, permission_set in SETS.items()
    }

    assert set(load("customPermissions", "customPermission")) == set(Right)
    assert carried[Right.CUSTOMER_SUCCESS] == {Right.CUSTOMER_SUCCESS, Right.FROM_TEMPLATE}
    assert carried[Right.PARTICIPANT] == {Right.PARTICIPANT}
