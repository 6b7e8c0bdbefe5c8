"""Resources: who may be given work, and whom it then belongs to."""

from __future__ import annotations

from typing import Any

import pytest

from service.domain import resources
from service.domain.permissions import User
from service.domain.values import Row

ACTING = User(crm_id="005", id="acting")


def ana(**values: Any) -> Row:
    return {"name": "Ana", "active": True, "user_id": "ana", "psa_resource_id": None, **values}


def named(resource: Row | None) -> list[tuple[str, str]]:
    return [(fault.field, fault.code) for fault in resources.faults(resource)]


@pytest.mark.req("OB-58")
def test_an_active_resource_may_be_given_work() -> None:
    assert named(ana()) == []


@pytest.mark.req("OB-34")
def test_an_inactive_resource_is_refused_by_name() -> None:
    (fault,) = resources.faults(ana(active=False), field="predecessor")

    assert (fault.field, fault.code) == ("predecessor", "inactive")
    assert "Ana" in fault.message


@pytest.mark.req("OB-35")
def test_a_psa_resource_is_refused() -> None:
    assert named(ana(psa_resource_id="c")) == [("resource_id", "psa")]


def test_both_reasons_are_told_at_once() -> None:
    assert named(ana(active=False, psa_resource_id="c")) == [("resource_id", "inactive"), ("resource_id", "psa")]


def test_a_resource_that_is_not_there_is_refused() -> None:
    assert named(None) == [("resource_id", "missing")]


@pytest.mark.req("OB-37")
def test_several_resources_may_share_a_task_and_none_twice() -> None:
    assert resources.assigned_twice(["ana", "ben", "cleo", None, None]) == []
    assert [fault.code for fault in resources.assigned_twice(["ana", "ben", "ana"])] == ["twice"]


@pytest.mark.req("OB-37")
def test_an_assignment_says_who_does_which_task() -> None:
    assert resources.assignment_faults({"playbook_task_id": "call", "resource_id": "ana", "role": None}) == []
    assert [(f.field, f.code) for f in resources.assignment_faults({"role": "Lead"})] == [
        ("playbook_task_id", "required"),
        ("resource_id", "required"),
    ]


@pytest.mark.req("OB-59")
@pytest.mark.parametrize(
    ("resource", "owner"),
    [(ana(), "ana"), (ana(user_id="ben"), "ben"), (ana(user_id=None), "acting"), (None, "acting")],
)
def test_the_allocated_resource_owns_the_record_and_else_who_acts(resource: Row | None, owner: str) -> None:
    assert resources.owner_of(resource, ACTING) == owner


def test_nobody_is_named_as_owner_whom_we_do_not_know() -> None:
    assert resources.owner_of(None, User(crm_id="005")) is None
