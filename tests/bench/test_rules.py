"""The whole bench of the rules, at its small size."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.bench.rules_findings import lost


@pytest.fixture(scope="module")
def document(root: Path) -> dict[str, Any]:
    """What a quick run prints."""
    command = [sys.executable, "-m", "tests.bench", "rules", "--quick", "--json"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.req("OB-46")
def test_a_template_of_200_children_is_cloned_in_one_call_or_not_at_all(document: dict[str, Any]) -> None:
    values = {measure["name"]: measure["value"] for measure in document["measures"]}
    assert (values["clone_calls"], values["clone_left_over"]) == (1, 0)
    assert document["raw"]["clones"]["rows"] == document["raw"]["singles"]["calls"] == 201


def test_no_page_is_read_row_by_row(document: dict[str, Any]) -> None:
    assert document["design"] == {
        "met": ["clone_calls", "clone_left_over", "listing_more_queries", "tree_more_queries"],
        "missed": [],
        "not_judged": [],
    }
    assert document["raw"]["reading"]["tree"]["rows"] == 100


@pytest.mark.req("OB-54", "OB-56")
def test_every_child_follows_its_objective_in_packed_calls_whoever_moved_it(document: dict[str, Any]) -> None:
    raw = document["raw"]
    for cascade in (raw["cascade_of_ours"], raw["cascade_of_theirs"]):
        assert (cascade["objectives"], cascade["rows"], cascade["missing"]) == (20, 200, 0)
        assert cascade["calls"] <= 200 / 25 + 3


def test_a_cascade_that_lost_a_child_fails_the_run() -> None:
    fine = {"refused": 0, "missing": 0}
    assert lost({"cascade_of_ours": fine, "cascade_of_theirs": fine}) == []
    [problem] = lost({"cascade_of_ours": fine, "cascade_of_theirs": {**fine, "missing": 3}})
    assert problem == "cascade_of_theirs: 0 refused, 3 not shown by the CRM"
