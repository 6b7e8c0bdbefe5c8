"""Tags as the org keeps them."""

from __future__ import annotations

import pytest

from service.plans.tags import spelled
from tests.world import World


@pytest.mark.req("CO-29")
def test_the_tags_of_an_objective_are_those_of_the_org(world: World) -> None:
    mapping = world.mappings["objective"]

    row, faults = spelled(world.sync, mapping, {"title": "Churn", "tags": "roi;Nonsense"})

    assert row == {"title": "Churn", "tags": "ROI"}
    assert [fault.field for fault in faults] == ["tags"]


def test_without_tags_the_org_is_not_asked(world: World) -> None:
    before = world.sync.client.api_calls

    assert spelled(world.sync, world.mappings["objective"], {"tags": None}) == ({"tags": None}, [])
    assert world.sync.client.api_calls == before
