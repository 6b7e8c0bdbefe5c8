"""`plansync jobs`, `plansync clock` and `plansync worker`: what runs when, as the command line tells it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import Engine, text

from service.jobs.table import table
from service.store import orgs, schedule
from service.store.database import transaction
from tests.cli.conftest import Crm, Shell

NAMES = [job.name for job in table(timedelta(minutes=1))]


@pytest.fixture(autouse=True)
def _empty_queue(engine: Engine) -> Iterator[None]:
    """Leave nothing in the queue that all tests share."""
    yield
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL search_path TO procrastinate"))
        connection.execute(text("DELETE FROM procrastinate_jobs"))
        connection.execute(text("DELETE FROM procrastinate_workers"))


@pytest.fixture
def stops_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits to be asked to stop is asked already."""

    def asked() -> Event:
        stop = Event()
        stop.set()
        return stop

    for command in ("clock", "worker"):
        monkeypatch.setattr(f"service.cli.{command}.asked_to_stop", asked)


def test_every_job_of_every_org_is_listed_with_its_schedule(shell: Shell, connected: Crm) -> None:
    ran = shell("jobs", "--json")

    [org] = ran.document["orgs"]
    assert (ran.code, org["name"], [row["job"] for row in org["jobs"]]) == (0, "default", NAMES)
    assert org["jobs"][0] | {"when": "every 1 min", "outcome": None, "queue": None} == org["jobs"][0]
    assert ran.document["queue"] == {"waiting": 0, "running": 0, "oldest": None, "workers": 0}


def test_the_list_says_how_a_job_went_and_when_it_is_due(shell: Shell, connected: Crm, engine: Engine) -> None:
    org = orgs.named(engine, None)
    with transaction(engine, org.id) as connection:
        now = connection.execute(text("SELECT now()")).scalar_one()
        schedule.announce(connection, org.id, {"full": now + timedelta(hours=1)})
        schedule.note(connection, org.id, "full", started_at=now, ended_at=now, outcome="failed", note="no way in")
        schedule.claim(connection, org.id, "full", now, missed=True)

    said = shell("jobs", "--org", "default").out

    assert "failed: no way in" in said
    assert f"{now + timedelta(hours=1):%Y-%m-%d %H:%M:%S}" in said
    assert "0 workers; in the queue 0 waiting, 0 under way." in said


def test_a_job_is_put_into_the_queue_once(shell: Shell, connected: Crm) -> None:
    first, second = (shell("jobs", "run", "full", "--json") for _ in range(2))

    assert (first.document["put"], second.document["put"]) == (True, False)
    [org] = shell("jobs", "--json").document["orgs"]
    assert [row["job"] for row in org["jobs"] if row["queue"] == "todo"] == ["full"]


def test_running_a_job_says_what_is_missing_where_no_worker_lives(shell: Shell, connected: Crm) -> None:
    ran = shell("jobs", "run", "sync")

    assert ran.code == 1
    assert "sync of default is in the queue; start `plansync worker`: none is running." in ran.out


def test_running_a_job_that_waits_already_says_so(shell: Shell, connected: Crm, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO procrastinate.procrastinate_workers DEFAULT VALUES"))
    shell("jobs", "run", "sync")

    ran = shell("jobs", "run", "sync")

    assert (ran.code, ran.out) == (0, "sync of default waits in the queue already.\n")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("jobs", "run", "nothing"), "No job is called 'nothing'; the jobs are sync, retry"),
        (("jobs", "--json", "run", "sync"), "Give the options after the word run"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_ones(
    shell: Shell, connected: Crm, words: tuple[str, ...], complaint: str
) -> None:
    ran = shell(*words)

    assert ran.code == 2
    assert complaint in ran.err + ran.out


@pytest.mark.parametrize("words", [("clock",), ("worker", "--lanes", "1")])
def test_a_process_that_is_asked_to_stop_ends_well(
    shell: Shell, connected: Crm, stops_at_once: None, words: tuple[str, ...]
) -> None:
    ran = shell(*words)

    assert ran.code == 0
    assert "Ctrl-C stops it" in ran.out
    assert shell(*words, "--json").document == {"started": words[0]}
