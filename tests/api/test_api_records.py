"""Records through the API: looked at, made, changed and deleted on both sides."""

from __future__ import annotations

from uuid import UUID

from tests.api.conftest import Somebody
from tests.world import World


def test_an_objective_is_made_on_both_sides_and_found_again(world: World, csm: Somebody, account: UUID) -> None:
    made = csm.post("/objectives", {"name": "Adopt", "title": "Adopt", "account_id": str(account)})

    assert made.status_code == 201, made.text
    assert made.json["name"] == "Adopt"
    assert made.json["crm_id"] in world.there("objective")
    assert csm.read(f"/objectives/{made.json['id']}") == made.json
    assert [one["id"] for one in csm.read("/objectives")["items"]] == [made.json["id"]]
