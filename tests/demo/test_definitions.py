"""Our definitions: closed, and consistent with the measures and with themselves."""

from __future__ import annotations

from decimal import Decimal

import pytest
import yaml

from service.demo.definitions import FILE, Kpi, read_definitions
from service.demo.measures import MEASURES


def _objectives(definitions):
    return [objective for objectives in definitions.tiers.values() for objective in objectives]


def test_each_tier_has_two_objectives_with_a_playbook(definitions):
    assert {tier: len(objectives) for tier, objectives in definitions.tiers.items()} == {
        "Basic": 2,
        "Pro": 2,
        "Enterprise": 2,
    }
    assert all(3 <= len(o.playbook.tasks) <= 5 and 2 <= len(o.kpis) <= 3 for o in _objectives(definitions))


def test_every_kpi_has_a_measure_that_exists(definitions):
    assert {kpi.measure for objective in _objectives(definitions) for kpi in objective.kpis} <= MEASURES.keys()


def test_a_task_waits_only_for_tasks_that_are_over_before_it(definitions):
    for objective in _objectives(definitions):
        tasks = {task.key: task for task in objective.playbook.tasks}
        for task in tasks.values():
            assert all(tasks[earlier].day < task.day for earlier in task.after)


@pytest.mark.parametrize(
    ("kpi", "baseline", "target"),
    [
        ({"improve": 20}, "50", "60"),
        ({"improve": 20, "direction": "Decrease"}, "50", "40"),
        ({"improve": 15}, "33.33", "38.33"),
        ({"improve": 20}, None, "7"),
        ({"improve": 20}, "0", "7"),
        ({}, "50", "7"),
    ],
)
def test_a_target_is_the_improved_baseline_or_the_fixed_one(kpi, baseline, target):
    made = Kpi(measure="error_rate", description="", category="", unit="", target=Decimal(7), **kpi)
    assert made.target_from(None if baseline is None else Decimal(baseline)) == Decimal(target)


def test_an_unknown_key_is_refused(tmp_path):
    raw = yaml.safe_load(FILE.read_text())
    raw["objectives"]["core_adoption"]["colour"] = "green"
    changed = tmp_path / "definitions.yaml"
    changed.write_text(yaml.safe_dump(raw))
    with pytest.raises(TypeError, match="colour"):
        read_definitions(changed)
