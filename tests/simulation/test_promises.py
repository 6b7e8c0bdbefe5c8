"""Each check of a promise can fail: a world in step is tampered with, and the check says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from requests import Request
from sqlalchemy import update

from service.crm.errors import LimitReached
from service.store.ledger import decisions, links
from tests.simulation.memory import Memory
from tests.simulation.promises import broken
from tests.simulation.road import MOST_CALLS, Endless, Road
from tests.simulation.sent import Sent, rows_in
from tests.world import URL, World


class Agreed:
    """A world in step, with an objective that was made here, and what people remember of it."""

    def __init__(self, world: World) -> None:
        self.world, self.memory = world, Memory()
        self.account = world.create_there("account", Name="there 1")
        world.settle()
        values = {"name": "here 1", "title": "here 2", "account_id": str(world.our_id(self.account))}
        self.objective = world.create_here("objective", **values)
        self.memory.accept("here", "objective", str(self.objective), {**values})
        self.sent: list[Sent] = []
        world.settle()

    @property
    def crm_id(self) -> str:
        """Return the objective's CRM id."""
        return self.world.crm_id(self.objective) or ""

    def change_link(self, **values: object) -> None:
        """Change the objective's link behind everybody's back."""
        with self.world.transaction() as connection:
            connection.execute(update(links).where(links.c.id == self.objective).values(**values))

    def decide(self, **values: object) -> None:
        """Put a decision about the objective into the log."""
        line = {"run_id": UUID(int=1), "object": "objective", "reason": "tampered", "at": self.world.clock.now()}
        with self.world.transaction() as connection:
            connection.execute(
                decisions.insert().values(org_id=self.world.org_id, link_id=self.objective, **line, **values)
            )


@pytest.fixture
def agreed(world: World) -> Agreed:
    """A world in step."""
    return Agreed(world)


def differ(agreed: Agreed) -> None:
    agreed.world.edit_here("objective", agreed.objective, unit="Hours")


def vanish(agreed: Agreed) -> None:
    agreed.world.delete_there(agreed.crm_id)


def lose(agreed: Agreed) -> None:
    agreed.memory.accept("there", "account", agreed.account, {"name": "there 9"})


def come_back(agreed: Agreed) -> None:
    agreed.memory.deleted_here.add(agreed.objective)


def stay(agreed: Agreed) -> None:
    agreed.memory.deleted_there.add(agreed.crm_id)


def double(agreed: Agreed) -> None:
    agreed.world.create_there("objective", Name="here 1", Account__c=agreed.account)


def echo(agreed: Agreed) -> None:
    agreed.decide(action="pull", field="title", theirs="here 2")


def send_unchanged(agreed: Agreed) -> None:
    assert agreed.world.mappings
    mapping = agreed.world.mappings["objective"]
    agreed.sent.append(Sent(mapping=mapping, identity=agreed.crm_id, created=False, values={"name": "here 7"}))


@pytest.mark.parametrize(
    ("tamper", "promise"),
    [
        (differ, "P1"),
        (vanish, "P1"),
        (lose, "P2"),
        (come_back, "P3"),
        (stay, "P3"),
        (double, "P4"),
        (echo, "P6"),
        (send_unchanged, "P8"),
    ],
)
def test_a_promise_that_is_broken_is_named(agreed: Agreed, tamper: Callable[[Agreed], None], promise: str) -> None:
    assert broken(agreed.world, agreed.memory, agreed.sent) == []

    tamper(agreed)

    assert {problem.split()[0] for problem in broken(agreed.world, agreed.memory, agreed.sent)} >= {promise}


class Travelled:
    """A road with nobody on it, and a way to send something down."""

    def __init__(self, world: World) -> None:
        self.road = Road(world, lambda *_: None)
        world.sync.client.session.mount(URL, self.road)
        self.world = world

    def send(self, *parts: dict[str, object]) -> None:
        """Send a composite call by hand."""
        path = f"{URL}/services/data/v68.0/composite"
        self.road.send(Request("POST", path, json={"compositeRequest": list(parts)}).prepare())


@pytest.fixture
def travelled(world: World) -> Travelled:
    """A road to an empty org."""
    return Travelled(world)


def objective(key: str, **values: object) -> dict[str, object]:
    row = {"attributes": {"type": "Objective__c"}, "Plansync_Id__c": key, **values}
    url = "/services/data/v68.0/composite/sobjects/Objective__c/Plansync_Id__c"
    return {"method": "PATCH", "url": url, "referenceId": "r", "body": {"records": [row]}}


@pytest.mark.parametrize(
    "pointing", [{"Success_Plan__r": {"Plansync_Id__c": "unheard of"}}, {"Success_Plan__c": "a08000000000009AAA"}]
)
def test_a_reference_to_what_never_was_there_is_named(travelled: Travelled, pointing: dict[str, object]) -> None:
    travelled.send(objective("one", **pointing))

    assert [problem.split()[0] for problem in travelled.road.problems] == ["P7"]


def test_a_call_after_the_org_said_enough_is_named(travelled: Travelled) -> None:
    travelled.world.app.api.usage.reset(allowance=100, used=80)
    travelled.world.sync.client.know_limit(None)
    travelled.world.sync.client.identity()
    with pytest.raises(LimitReached):
        travelled.world.settle(1)
    travelled.send()

    assert [problem.split()[0] for problem in travelled.road.problems] == ["P9"]

    travelled.world.clock.advance(timedelta(hours=2))
    travelled.send()

    assert len(travelled.road.problems) == 1


def test_a_cycle_that_does_not_end_is_stopped(travelled: Travelled) -> None:
    for _ in range(MOST_CALLS):
        travelled.send()

    with pytest.raises(Endless):
        travelled.send()


def test_rows_are_read_from_single_writes_too(world: World) -> None:
    assert world.mappings
    part = {
        "method": "PATCH",
        "url": "/services/data/v68.0/sobjects/Objective__c/a03000000000001AAA",
        "body": {"Title__c": None},
    }

    [row] = rows_in(world.mappings, {"compositeRequest": [part]})

    assert (row.identity, row.created, row.values) == ("a03000000000001AAA", False, {"title": None})
