"""The whole bench, at its small size."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

KEYS = {"name", "title", "value", "unit", "goal", "met", "peers", "note"}


@pytest.fixture(scope="module")
def document(database_url: str, root: Path) -> dict[str, Any]:
    """What a quick run prints."""
    command = [sys.executable, "-m", "tests.bench", "sync", "--quick", "--json"]
    environment = {**os.environ, "DATABASE_URL": database_url}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
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
    assert document["design"]["met"] == ["idle_cycle", "conditional_writes_per_call", "echo_writes"]
    assert document["design"]["missed"] == []


def test_an_idle_cycle_of_twelve_objects_is_one_call(values: dict[str, Any]) -> None:
    assert values["idle_cycle"] == 1


def test_pushes_are_packed_as_full_as_the_crm_allows(values: dict[str, Any]) -> None:
    assert (values["push_only_ours"], values["push_shared"]) == (1, 150 / 25)


def test_a_first_sync_takes_seven_calls_with_one_bulk_job(values: dict[str, Any]) -> None:
    assert values["load_calls"] == 7


def test_nothing_of_a_run_stays_in_the_database(document: dict[str, Any], engine: Any) -> None:
    assert document
    with engine.connect() as connection:
        left = connection.exec_driver_sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'bench%%'").all()
    assert left == []
