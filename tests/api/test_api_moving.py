"""Another start through the API: foreseen, then moved, with the version that was seen."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.api.conftest import Somebody
from tests.world import World


@pytest.fixture
def objective(world: World, account: UUID) -> UUID:
    """An objective with a task."""
    root = world.create_here("objective", name="Adopt", title="Adopt", account_id=account, start_date="2026-01-01")
    stands = {"objective_id": root, "account_id": account}
    world.create_here("playbook_task", name="Meet", start_date="2026-01-05", end_date="2026-01-20", **stands)
    world.settle()
    return root


@pytest.mark.req("OB-38", "G1")
def test_another_start_is_foreseen_and_then_moves_the_children(world: World, csm: Somebody, objective: UUID) -> None:
    path, asked = f"/objectives/{objective}", {"start": "2026-12-01", "calendar": "DE-BY"}
    foreseen = csm.send("POST", f"{path}/start/preview", asked).json or {}
    assert {off["name"] for off in foreseen["off_days"]} == {"Saturday", "Sunday"}
    [meet] = world.here("playbook_task").values()
    assert meet["start_date"] == "2026-01-05"

    moved = csm.send("PUT", f"{path}/start", asked, If_Match=csm.get(path).headers["ETag"]).json or {}
    assert [row["outcome"] for row in moved["rows"]] == ["done", "done"]
    [meet] = world.here("playbook_task").values()
    assert (meet["start_date"], meet["end_date"]) == ("2026-12-05", "2026-12-20")


def test_another_start_needs_the_version_that_was_seen(csm: Somebody, objective: UUID) -> None:
    path, asked = f"/objectives/{objective}/start", {"start": "2026-12-01"}

    assert csm.send("PUT", path, asked).status_code == 428
    assert csm.send("PUT", path, asked, If_Match='"0"').status_code == 412
    assert csm.send("PUT", path, {"start": "soon"}, If_Match='"0"').status_code == 422


@pytest.mark.parametrize("path", ["start", "start/preview"])
def test_who_may_not_edit_moves_nothing(path: str, nobody: Somebody, objective: UUID) -> None:
    method = "PUT" if path == "start" else "POST"

    refused = nobody.send(method, f"/objectives/{objective}/{path}", {"start": "2026-12-01"}, If_Match='"0"')
    assert refused.status_code == 403
