"""What the doctor makes of our side: server, role, fences, keys, and how the sync is doing."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from service.store import orgs
from service.store.orgs import Org
from service.store.sealing import Seal, new_key
from service.sync.doctor_store import (
    Patient,
    Server,
    Tables,
    judge_fences,
    judge_health,
    judge_keys,
    judge_revision,
    judge_role,
    judge_server,
    look_at_health,
    look_at_keys,
    look_at_tables,
)
from service.sync.findings import State
from service.sync.overview import Health, Verdict
from tests.filled import connect, forget_orgs
from tests.world import World


def server(**others: object) -> Server:
    """A server that is as it should be."""
    known = {"where": "database plansync at db", "version": 18, "role": "plansync", "unbound": False}
    return Server(**(known | others))  # type: ignore[arg-type]


@pytest.mark.parametrize(("version", "state"), [(14, State.FAILURE), (15, State.OK), (18, State.OK)])
def test_a_server_older_than_15_is_a_failure(version: int, state: State) -> None:
    [verdict] = judge_server(server(version=version))

    assert verdict.state is state
    assert f"PostgreSQL {version}, database plansync at db" == verdict.found
    assert bool(verdict.fix) is (state is State.FAILURE)


@pytest.mark.parametrize(("unbound", "state"), [(True, State.FAILURE), (False, State.OK)])
def test_a_role_that_row_level_security_does_not_bind_is_a_failure(unbound: bool, state: State) -> None:
    [verdict] = judge_role(server(unbound=unbound))

    assert verdict.state is state


@pytest.mark.req("P13")
def test_a_table_without_its_fence_is_named(world: World, patient: Patient) -> None:
    seen = look_at_tables(patient)
    assert seen.open == ()
    assert seen.fenced > 20

    named = Tables(revision=seen.revision, fenced=seen.fenced - 1, open=("links",))
    [verdict] = judge_fences(named)

    assert verdict.state is State.FAILURE
    assert verdict.found.startswith("The table links has no forced row-level security")
    assert [each.state for each in judge_fences(seen)] == [State.OK]
    assert [each.state for each in judge_revision(seen)] == [State.OK]


@pytest.mark.req("P13")
@pytest.mark.parametrize("weakened", ["DISABLE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY"])
def test_a_fence_that_was_taken_away_is_seen(engine: Engine, patient: Patient, weakened: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE unfit {weakened}"))
    try:
        assert look_at_tables(patient).open == ("unfit",)
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE unfit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"))


def test_logins_are_told_apart_by_the_key_they_need(engine: Engine, patient: Patient, org: Org) -> None:
    new, old, lost = new_key(), new_key(), new_key()
    for name, key in (("acme", new), ("globex", old), ("hooli", lost)):
        orgs.save(engine, replace(org, id=uuid4(), name=name, login=Seal([key]).seal({})))
    logins = look_at_keys(replace(patient, seal=Seal([new, old])))

    verdicts = list(judge_keys(logins))

    assert logins == [("acme", "newest"), ("default", "not"), ("globex", "older"), ("hooli", "not")]
    assert [(verdict.state, verdict.found) for verdict in verdicts] == [
        (State.FAILURE, "The login of default was sealed with another key"),
        (State.WARNING, "The login of globex needs an older key"),
        (State.FAILURE, "The login of hooli was sealed with another key"),
    ]
    assert verdicts[1].fix == "run `plansync keys rotate`"
    assert [verdict.state for verdict in judge_keys(logins[:1])] == [State.OK]
    forget_orgs(engine)


@pytest.mark.parametrize(
    ("health", "state"),
    [
        (Health.IN_STEP, State.OK),
        (Health.RUNNING, State.OK),
        (Health.NEW, State.WARNING),
        (Health.PAUSED, State.WARNING),
        (Health.ATTENTION, State.WARNING),
        (Health.LATE, State.WARNING),
        (Health.FAILED, State.FAILURE),
    ],
)
def test_every_health_of_a_sync_has_its_state_and_its_way_out(
    world: World, patient: Patient, org: Org, health: Health, state: State
) -> None:
    seen = look_at_health((patient, org))

    [verdict] = judge_health(replace(seen, verdict=Verdict(health=health, reason="So it is.")))

    assert (verdict.state, verdict.found) == (state, f"{health}: So it is.")
    assert bool(verdict.fix) is (state is not State.OK)


@pytest.fixture
def org(world: World) -> Org:
    """The world's org, connected."""
    forget_orgs(world.engine)
    return connect(world)
