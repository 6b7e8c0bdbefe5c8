"""What the doctor makes of the org: version, clock, limits, pack, and detection in one call."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert

from service.crm.client import Identity
from service.crm.errors import Refused, RowError
from service.store.allowances import Allowance
from service.store.ledger import runs
from service.sync.doctor_org import (
    Door,
    Probe,
    Use,
    judge_clock,
    judge_detection,
    judge_limits,
    judge_login,
    judge_pack,
    judge_version,
    look_at_detection,
    look_at_door,
    look_at_limits,
)
from service.sync.doctor_store import Patient
from service.sync.findings import State
from tests.sync.road import Road
from tests.world import World

IDENTITY = Identity(user_id="005", org_id="00D", username="integration@example.com", time_zone="UTC")


def door(**others: object) -> Door:
    """A way in that is as it should be."""
    known = {"identity": IDENTITY, "version": "68.0", "versions": ("67.0", "68.0")}
    return Door(**(known | others))  # type: ignore[arg-type]


def use(**others: object) -> Use:
    """An org that is hardly used."""
    known = {
        "used": 500,
        "allowed": 100_000,
        "share": 0.8,
        "ours": 300,
        "over": timedelta(hours=12),
        "allowance": Allowance(),
        "skew": timedelta(),
    }
    return Use(**(known | others))  # type: ignore[arg-type]


@pytest.mark.parametrize(("versions", "state"), [(("67.0", "68.0"), State.OK), (("67.0",), State.FAILURE)])
def test_an_org_that_does_not_speak_our_version_is_a_failure(versions: tuple[str, ...], state: State) -> None:
    [verdict] = judge_version(door(versions=versions))

    assert verdict.state is state
    assert [each.found for each in judge_login(door())] == ["Signed in as integration@example.com"]


def test_an_org_that_offers_no_version_is_a_failure() -> None:
    [verdict] = judge_version(door(versions=()))

    assert verdict.found == "Plansync speaks version 68.0 of the API, and the org offers up to none"


@pytest.mark.parametrize(
    ("skew", "state"),
    [
        (timedelta(seconds=-2), State.OK),
        (timedelta(seconds=30), State.WARNING),
        (timedelta(seconds=-31), State.WARNING),
        (timedelta(minutes=3), State.FAILURE),
        (timedelta(minutes=-4), State.FAILURE),
        (None, State.WARNING),
    ],
)
def test_clocks_that_differ_are_told_by_how_much(skew: timedelta | None, state: State) -> None:
    [verdict] = judge_clock(use(skew=skew))

    assert verdict.state is state
    assert bool(verdict.fix) is (state is not State.OK)


def test_a_sign_in_tells_who_we_are_and_what_the_org_speaks(world: World) -> None:
    seen = look_at_door(world.sync)

    assert (seen.identity.username, seen.version) == ("integration@example.com", "68.0")
    assert "68.0" in seen.versions


def test_the_orgs_clock_is_read_from_its_answer(world: World, patient: Patient) -> None:
    late = replace(patient, clock=lambda: world.clock.now() - timedelta(minutes=7))

    assert look_at_limits((patient, world.sync)).skew == timedelta()
    assert look_at_limits((late, world.sync)).skew == timedelta(minutes=7)


def test_an_answer_without_a_date_is_no_failure(world: World, patient: Patient) -> None:
    class Dateless(Road):
        def send(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
            response = super().send(*args, **kwargs)  # type: ignore[arg-type]
            response.headers.pop("Date", None)
            return response

    Dateless(world)

    assert look_at_limits((patient, world.sync)).skew is None


@pytest.mark.parametrize(
    ("used", "state"), [(500, State.OK), (60_001, State.WARNING), (80_000, State.FAILURE), (99_999, State.FAILURE)]
)
def test_limits_are_judged_by_our_share(used: int, state: State) -> None:
    [verdict] = judge_limits(use(used=used))

    assert verdict.state is state
    assert verdict.found == (
        f"{used:,} of 100,000 API calls of 24 hours are used, 300 of them by Plansync, which stops at 80,000; "
        "at the present pace it needs 600 a day"
    )


def test_the_pace_comes_from_our_runs_of_the_last_day(world: World, patient: Patient, now: datetime) -> None:
    with world.transaction() as connection:
        for hours, calls in ((30, 999), (6, 40), (1, 60)):
            row = {"kind": "cycle", "started_at": now - timedelta(hours=hours), "api_calls": calls}
            connection.execute(insert(runs).values(org_id=world.org_id, id=uuid4(), **row))

    seen = look_at_limits((patient, world.sync))

    assert (seen.ours, seen.over, seen.a_day) == (100, timedelta(hours=6), 400)
    assert seen.allowed == 100_000
    assert seen.allowance.most_rows == 1000


def test_without_a_run_nothing_of_a_pace_is_known(world: World, patient: Patient) -> None:
    assert look_at_limits((patient, world.sync)).a_day == 0


@pytest.mark.parametrize(("rows", "state"), [(1000, State.OK), (250, State.WARNING)])
def test_a_pack_that_shrank_is_told_and_how_it_is_learnt(rows: int, state: State) -> None:
    [verdict] = judge_pack(use(allowance=Allowance(most_rows=rows)))

    assert verdict.state is state
    assert f"{rows:,} rows go in one call" in verdict.found
    assert "governor limits abort halves the number" in verdict.found


def test_detection_is_tried_as_a_cycle_does_it(world: World, patient: Patient) -> None:
    seen = look_at_detection((patient, world.sync))

    assert seen == Probe(calls=1, refused=(), tells_schema=True)
    assert [each.state for each in judge_detection(seen)] == [State.OK]
    assert [each.state for each in judge_detection(Probe(calls=3, refused=(), tells_schema=False))] == [
        State.OK,
        State.WARNING,
    ]


def test_an_org_that_refuses_detection_is_told_by_object() -> None:
    refused = Refused((RowError("INVALID_TYPE", "no such thing"),), status=400)

    verdicts = list(judge_detection(Probe(calls=1, refused=(("Account", refused),), tells_schema=True)))

    assert [verdict.state for verdict in verdicts] == [State.FAILURE]
    assert "Account inside a composite call (INVALID_TYPE: no such thing)" in verdicts[0].found
