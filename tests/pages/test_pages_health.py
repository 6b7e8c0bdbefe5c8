"""What monitoring asks: alive, able to work, and the figures of each org."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from service.pages.gauges import GAUGES
from service.store import allowances, queue
from tests import filled
from tests.pages.conftest import Visit
from tests.world import World

TOKEN = "a token that is long enough"


def scraped(stranger: Visit) -> dict[tuple[str, str], float]:
    """Return every figure by its name and its label."""
    answer = stranger().get("/metrics")
    assert answer.status_code == 200, answer.text
    return {
        (sample.name.removeprefix("plansync_"), " ".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_a_process_that_lives_says_so_without_its_database(stranger: Visit) -> None:
    answer = stranger().get("/healthz")

    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_a_process_that_can_work_is_ready(stranger: Visit) -> None:
    answer = stranger().get("/readyz")

    assert (answer.status_code, answer.json) == (200, {"ready": True, "reasons": []})


@pytest.mark.parametrize(
    ("broken", "mended", "reason"),
    [
        (
            "UPDATE alembic_version SET version_num = '0001'",
            "UPDATE alembic_version SET version_num = :head",
            "run `plansync db upgrade`",
        ),
        ("ALTER SCHEMA procrastinate RENAME TO away", "ALTER SCHEMA away RENAME TO procrastinate", "the work queue"),
    ],
    ids=["an old database", "no queue"],
)
def test_a_process_that_cannot_work_says_why(
    stranger: Visit, world: World, broken: str, mended: str, reason: str
) -> None:
    with world.engine.begin() as connection:
        head = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(text(broken))
    try:
        answer = stranger().get("/readyz")
    finally:
        with world.engine.begin() as connection:
            connection.execute(text(mended), {"head": head} if ":head" in mended else {})

    assert answer.status_code == 503
    assert answer.json["ready"] is False
    assert reason in answer.json["reasons"][0]


def test_an_org_that_was_never_synced_has_no_figures_of_runs(stranger: Visit, world: World) -> None:
    filled.connect(world, "acme")

    found = scraped(stranger)

    assert found["unpushed_records", "acme"] == 0
    assert ("last_run_timestamp_seconds", "acme") not in found
    assert ("read_lag_seconds", "acme") not in found


def test_the_figures_of_an_org_tell_how_its_sync_is_doing(stranger: Visit, world: World) -> None:
    org = filled.connect(world, "acme")
    filled.fill(world)
    world.pass_time(minutes=10)
    until = world.clock.now()
    with world.transaction() as connection:
        allowances.save(connection, org.id, used=700, allowed=1_000, paused_until=until)

    found = scraped(stranger)

    assert found["unpushed_records", "acme"] >= 2
    assert found["read_lag_seconds", "acme"] > 600
    assert found["parked", "conflict acme"] == 1
    assert found["parked", "refused acme"] == 1
    assert found["runs_last_24_hours", "acme"] > found["failed_runs_last_24_hours", "acme"] > 0
    assert found["last_run_failed", "acme"] == 0
    assert found["last_run_duration_seconds", "acme"] >= 0
    assert found["api_calls_last_24_hours", "acme"] > 0
    used = [found[f"api_calls_{name}", "acme"] for name in ("used", "allowed", "budget")]
    assert used == [700, 1_000, 800]
    assert found["paused_until_timestamp_seconds", "acme"] == pytest.approx(until.timestamp())


def test_a_run_under_way_has_no_duration_yet(stranger: Visit, world: World) -> None:
    filled.connect(world, "acme")
    with filled.running(world):
        found = scraped(stranger)

    assert ("last_run_timestamp_seconds", "acme") in found
    assert ("last_run_duration_seconds", "acme") not in found


def test_the_queue_tells_what_waits_and_who_works(stranger: Visit, world: World) -> None:
    before = scraped(stranger)
    with world.engine.begin() as connection:
        queue.put(connection, world.org_id, "sync")

    found = scraped(stranger)

    assert found["queue_jobs", "waiting"] == before["queue_jobs", "waiting"] + 1
    assert found["queue_oldest_seconds", ""] >= 0
    assert found["workers", ""] == 0


def test_each_org_has_figures_of_its_own_and_every_gauge_says_what_it_is(stranger: Visit, world: World) -> None:
    filled.connect(world, "acme")
    page = stranger().get("/metrics").text

    assert all(f"# HELP plansync_{name} {says}" in page for name, says in GAUGES.items())


def test_no_record_and_no_secret_is_among_the_figures(stranger: Visit, world: World) -> None:
    filled.connect(world, "acme")
    filled.fill(world)

    page = stranger().get("/metrics").text

    assert "Adopt" not in page
    assert "script" not in page
    assert "sealed" not in page
    assert str(world.org_id) not in page


@pytest.mark.parametrize(("password", "code"), [(None, 401), ("wrong", 401), (TOKEN, 200)])
def test_the_figures_ask_for_the_token_where_there_is_one(stranger: Visit, password: str | None, code: int) -> None:
    visitor = stranger(console_token=TOKEN)

    answer = visitor.get("/metrics", auth=("prometheus", password) if password else None)

    assert answer.status_code == code


def test_without_a_token_the_figures_are_for_this_machine(stranger: Visit) -> None:
    answer = stranger().get("/metrics", environ_overrides={"REMOTE_ADDR": "203.0.113.7"})

    assert answer.status_code == 403
