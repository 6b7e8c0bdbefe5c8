"""KPIs over the API: how they stand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.api.conftest import Somebody
from tests.world import World

VALUES = {"description": "Seats", "baseline_value": 0, "current_value": 1, "target_value": 3}


@pytest.fixture
def objective(world: World, account: UUID) -> UUID:
    """An objective of a customer."""
    return world.create_here("objective", name="Adoption", account_id=account)


@pytest.mark.req("OB-67")
@pytest.mark.req("OB-72")
@pytest.mark.parametrize(
    ("values", "progress", "status"),
    [
        ({}, "33.33", "In Progress"),
        ({"target_date": "2026-03-01"}, "33.33", "Overdue"),
        ({"current_value": 4}, "100", "Completed"),
        ({"current_value": None}, "0", "Not Available"),
    ],
)
def test_a_kpi_is_shown_with_its_progress_and_status(
    world: World, csm: Somebody, objective: UUID, values: dict[str, Any], progress: str, status: str
) -> None:
    kpi = world.create_here("objective_kpi", objective_id=objective, **{**VALUES, **values})

    shown = csm.read(f"/objective-kpis/{kpi}")

    assert (shown["progress"], shown["status"]) == (progress, status)


@pytest.mark.req("OB-66")
def test_a_kpi_has_no_progress_that_could_be_sent(csm: Somebody, objective: UUID) -> None:
    answer = csm.post("/objective-kpis", {"objective_id": str(objective), "description": "Seats", "progress": "100"})

    assert [fault["field"] for fault in answer.json["errors"]] == ["progress"]
