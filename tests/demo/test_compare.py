"""The comparison of two sets of rows, which knows nothing of the sync."""

from __future__ import annotations

import pytest

from service.config import ROOT
from service.demo.compare import Difference, differences
from service.mapping.load import load


@pytest.fixture(scope="module")
def mapping():
    return load(ROOT / "mappings")["playbook_task_assignment"]


ROW = {"playbook_task_id": "a0T1", "resource_id": "a0R1", "role": "Lead"}


def test_equal_rows_have_no_difference(mapping):
    assert list(differences(mapping, {"a01": ROW}, {"a01": dict(ROW)})) == []


def test_every_field_that_differs_is_named_with_both_values(mapping):
    theirs = {**ROW, "role": "Reviewer", "resource_id": None}
    assert list(differences(mapping, {"a01": ROW}, {"a01": theirs})) == [
        Difference(object=mapping.name, record="a01", field="resource_id", ours="a0R1", theirs=None),
        Difference(object=mapping.name, record="a01", field="role", ours="Lead", theirs="Reviewer"),
    ]


def test_a_record_that_one_side_lacks_is_one_difference(mapping):
    assert list(differences(mapping, {"a01": ROW}, {"a02": ROW})) == [
        Difference(object=mapping.name, record="a01", missing="CRM"),
        Difference(object=mapping.name, record="a02", missing="Plansync"),
    ]
