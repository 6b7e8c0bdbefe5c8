"""The whole bench, at its small size."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

KEYS = {"name", "title", "value", "unit", "goal", "met", "peers", "note"}


@pytest.fixture(scope="module")
def document(root: Path) -> dict[str, Any]:
    """What a quick run prints."""
    command = [sys.executable, "-m", "tests.bench", "sync", "--quick", "--json"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def values(document: dict[str, Any]) -> dict[str, Any]:
    """The value of each measure."""
    return {measure["name"]: measure["value"] for measure in document["measures"]}


def test_every_measure_has_value_unit_goal_verdict_and_peers(document: dict[str, Any]) -> None:
    assert all(measure.keys() == KEYS for measure in document["measures"])
    assert list(document)[-1] == "design"


def test_a_quick_run_judges_only_what_does_not_depend_on_the_size(document: dict[str, Any]) -> None:
    met = ["idle_cycle", "conditional_writes_per_call", "echo_writes", "audit_found", "audit_false"]
    assert document["design"]["met"] == met
    assert document["design"]["missed"] == []


def test_an_idle_cycle_of_twelve_objects_is_one_call(values: dict[str, Any]) -> None:
    assert values["idle_cycle"] == 1


def test_pushes_are_packed_as_full_as_the_crm_allows(values: dict[str, Any]) -> None:
    assert (values["push_only_ours"], values["push_shared"]) == (1, 150 / 25)


def test_a_first_sync_takes_seven_calls_with_one_bulk_job(values: dict[str, Any]) -> None:
    assert values["load_calls"] == 7


def test_an_audit_finds_every_planted_difference_and_no_other_in_seven_calls(values: dict[str, Any]) -> None:
    assert (values["audit_found"], values["audit_false"], values["audit_calls"]) == (10, 0, 7)


def test_single_writes_and_a_backlog_arrive_under_processes_that_really_run(document: dict[str, Any]) -> None:
    raw = document["raw"]
    assert [raw["latency"][series]["writes"] for series in ("only_ours", "shared")] == [60, 60]
    drained = [raw["drain_by_one_worker"], raw["drain_by_two_workers"]]
    assert [figures["rows"] for figures in drained] == [2_500, 2_500]
    assert all(figures["urgent"] and not figures["waiting"] for figures in drained)
