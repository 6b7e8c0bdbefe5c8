"""What sharing keeps from a user: hidden is not there, what may not be touched says nothing more about itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from service.localorg.schema.model import Sharing
from service.plans.create import create
from service.plans.delete import delete
from service.plans.desk import Desk
from service.plans.edit import Edit, edit
from service.plans.refusals import Changed, Denied, Missing
from tests.desks import make_private
from tests.plans.conftest import Place

Touch = Callable[[Desk, UUID, int], object]


def change(desk: Desk, record_id: UUID, version: int) -> None:
    edit(desk, "objective", Edit(id=record_id, version=version, given={"title": "Mine"}))


def drop(desk: Desk, record_id: UUID, version: int) -> None:
    delete(desk, "objective", record_id, version=version)


@pytest.fixture
def objective(place: Place, csm: Desk) -> UUID:
    made = create(csm, "objective", {"title": "Secret", "account_id": place.acme})
    place.world.settle()
    return made


@pytest.fixture
def stranger(csm: Desk, outsider: Desk) -> Desk:
    """Somebody who may do everything as far as we know, and nothing as far as the org's sharing goes."""
    return replace(csm, user=replace(csm.user, crm_id=outsider.user.crm_id))


@pytest.mark.req("OB-05")
@pytest.mark.parametrize("touch", [change, drop])
def test_a_hidden_record_is_not_there_whatever_version_is_named(
    place: Place, stranger: Desk, objective: UUID, touch: Touch
) -> None:
    make_private(place.world, "objective")
    with pytest.raises(Missing) as hidden:
        touch(stranger, objective, 0)
    with pytest.raises(Missing) as never:
        touch(stranger, UUID(int=1, version=4), 0)
    assert str(hidden.value) == str(never.value).replace(str(UUID(int=1, version=4)), str(objective))


@pytest.mark.req("OB-05")
@pytest.mark.parametrize("touch", [change, drop])
def test_whoever_may_only_look_is_denied_before_the_version_is_judged(
    place: Place, stranger: Desk, objective: UUID, touch: Touch
) -> None:
    make_private(place.world, "objective", sharing=Sharing.READ)
    with pytest.raises(Denied, match="Sharing") as refused:
        touch(stranger, objective, 0)
    assert "Secret" not in str(refused.value)


@pytest.mark.req("OB-05")
@pytest.mark.parametrize(("touch", "calls"), [(change, 0), (drop, 1)])
def test_the_version_is_judged_last_and_sharing_is_asked_in_one_call_where_it_is_asked_at_all(
    place: Place, csm: Desk, objective: UUID, touch: Touch, calls: int
) -> None:
    for sharing, more in ((Sharing.READ_WRITE, calls), (Sharing.PRIVATE, 1)):
        make_private(place.world, "objective", sharing=sharing)
        before = csm.org.client.api_calls
        with pytest.raises(Changed):
            touch(csm, objective, 0)
        assert csm.org.client.api_calls - before == more
