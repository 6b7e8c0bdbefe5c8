"""Doing one job: what it notes, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import delete

from service.crm.errors import LimitReached
from service.jobs.perform import Outcome, perform
from service.jobs.table import Job, table
from service.jobs.tasks import RETRIED_AT_ONCE, Work
from service.store import allowances, field_security, lock, orgs, reports, schedule
from service.store.database import transaction
from service.store.field_security import Closed
from service.store.ledger import orgs as orgs_table
from service.store.overview import parked_records
from service.sync.run import Report
from service.sync.sides import Sides
from tests.jobs.site import Connected, Site

JOBS = {job.name: job for job in table(timedelta(minutes=1))}


@contextmanager
def opened(site: Site) -> Iterator[Sides]:
    """Open sides and close them afterwards."""
    sides = Sides(site.services.sync)
    try:
        yield sides
    finally:
        sides.close()


def do(site: Site, one: Connected, name: str) -> Outcome:
    """Do one job."""
    with opened(site) as sides:
        return perform(site.services, sides, JOBS[name], one.org.id)


def test_a_sync_notes_what_it_did(site: Site) -> None:
    one = site.connect()

    assert do(site, one, "sync") is Outcome.DONE

    noted = one.jobs()["sync"]
    assert noted.outcome == "done"
    assert "read 3; API calls 4" in (noted.note or "")
    assert noted.started_at is not None
    assert noted.ended_at is not None
    assert noted.started_at <= noted.ended_at


@pytest.mark.parametrize("name", ["full", "sweep", "refresh", "rights", "progress", "audit", "retry", "kept", "prune"])
def test_every_job_works_on_an_org_that_was_read(site: Site, name: str) -> None:
    one = site.read(site.connect())

    assert do(site, one, name) is Outcome.DONE
    assert one.jobs()[name].outcome == "done"


def test_a_full_sync_reads_everything(site: Site) -> None:
    one = site.read(site.connect())

    do(site, one, "full")

    assert one.runs()[-1].kind == "full"


def test_an_audit_is_kept_for_the_console(site: Site) -> None:
    one = site.read(site.connect())

    do(site, one, "audit")

    with transaction(site.engine, one.org.id) as connection:
        kept = reports.last(connection, "audit")
    assert kept is not None
    assert kept.body["differences"] == 0


def test_a_retry_lets_parked_records_try_again_before_their_time(site: Site) -> None:
    one = site.read(site.connect())
    one.write("x" * 300)
    for _ in range(2):
        do(site, one, "sync")
    before = parked(site, one)

    do(site, one, "retry")

    [(tries, _)] = before
    assert parked(site, one)[0][0] == tries + 1
    assert RETRIED_AT_ONCE < 1_000


def parked(site: Site, one: Connected) -> list[tuple[int, str]]:
    """Return the tries and the kind of what is parked."""
    with transaction(site.engine, one.org.id) as connection:
        return [(item.attempts, item.kind) for item in parked_records(connection)]


def test_pruning_forgets_old_ticks_and_keeps_new_ones(site: Site) -> None:
    one, now = site.read(site.connect()), site.services.clock()
    with transaction(site.engine, one.org.id) as connection:
        for days in (1, 30):
            schedule.claim(connection, one.org.id, "full", now - timedelta(days=days), missed=True)

    do(site, one, "prune")

    with transaction(site.engine, one.org.id) as connection:
        assert schedule.missed_since(connection, now - timedelta(days=60)) == {"full": 1}


def test_pruning_forgets_what_was_closed_to_users_who_have_not_been_here_for_a_day(site: Site) -> None:
    one, now = site.read(site.connect()), site.services.clock()
    with transaction(site.engine, one.org.id) as connection:
        for user, hours in (("005new", 23), ("005old", 25)):
            asked = Closed(asked_at=now - timedelta(hours=hours), shown=True)
            field_security.keep(connection, one.org.id, user, "objective", asked)

    do(site, one, "prune")

    with transaction(site.engine, one.org.id) as connection:
        assert field_security.of_user(connection, "005new", "objective")
        assert field_security.of_user(connection, "005old", "objective") is None


def test_while_a_person_syncs_by_hand_the_job_comes_back_soon(site: Site) -> None:
    one = site.read(site.connect())
    one.write("Grow")
    with lock.held(site.engine, one.org.id) as alone:
        assert alone
        assert do(site, one, "sync") is Outcome.BUSY

    assert one.jobs()["sync"].outcome == "busy"
    assert one.queued() == {"sync": "todo"}
    assert one.landed() == []


@pytest.mark.req("P9")
def test_an_org_that_is_left_alone_ends_the_job_well_and_costs_no_call(site: Site) -> None:
    one = site.read(site.connect())
    now = site.services.clock()
    with transaction(site.engine, one.org.id) as connection:
        allowances.save(connection, one.org.id, used=99, allowed=100, paused_until=now + timedelta(hours=1))
    one.write("Grow")
    calls = one.crm.calls

    assert do(site, one, "sync") is Outcome.PAUSED
    assert "99 of the org's 100 API calls" in (one.jobs()["sync"].note or "")
    assert one.crm.calls == calls


def test_a_limit_that_is_reached_on_the_way_ends_the_job_well(site: Site) -> None:
    one = site.connect()

    def reach(work: Work) -> Report:
        raise LimitReached("TotalRequests Limit exceeded.")

    with opened(site) as sides:
        assert perform(site.services, sides, replace(JOBS["sync"], run=reach), one.org.id) is Outcome.PAUSED


def test_a_refused_sign_in_fails_the_job_with_its_reason(site: Site) -> None:
    one = site.connect()
    wrong = {"kind": "token", "token": "wrong", "instance_url": one.org.instance_url}
    orgs.save(site.engine, replace(one.org, login=site.services.seal.seal(wrong)))

    with structlog.testing.capture_logs() as said:
        assert do(site, one, "sync") is Outcome.FAILED

    assert one.jobs()["sync"].note
    assert [line["log_level"] for line in said if line["event"] == "A job failed"] == ["warning"]


def test_a_login_that_no_key_opens_fails_the_job_with_its_reason(site: Site) -> None:
    one = site.connect()
    orgs.save(site.engine, replace(one.org, login=b"sealed with a key that is lost"))

    assert do(site, one, "sync") is Outcome.FAILED


def test_an_error_nobody_foresaw_is_noted_and_goes_on_to_the_log(site: Site) -> None:
    one = site.connect()

    def stumble(work: Work) -> Report:
        raise ZeroDivisionError

    with opened(site) as sides, pytest.raises(ZeroDivisionError):
        perform(site.services, sides, replace(JOBS["sync"], run=stumble), one.org.id)

    assert one.jobs()["sync"].outcome == "broke off"


def test_a_job_of_an_org_that_was_disconnected_is_dropped(site: Site) -> None:
    one = site.connect()
    with site.engine.begin() as connection:
        connection.execute(delete(orgs_table))

    with structlog.testing.capture_logs() as said:
        assert do(site, one, "sync") is Outcome.DONE
    assert "no longer connected" in said[0]["event"]


def test_the_log_of_a_job_names_its_org_and_itself(site: Site) -> None:
    one = site.connect("north")
    bound: list[dict[str, object]] = []

    def look(work: Work) -> Report:
        bound.append(structlog.contextvars.get_contextvars())
        return Report(kind="cycle", counts={}, api_calls=0)

    with opened(site) as sides:
        perform(site.services, sides, replace(JOBS["sync"], run=look), one.org.id)

    assert bound == [{"org": "north", "job": "sync"}]
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.parametrize(("calls", "level"), [(0, "debug"), (3, "info")])
def test_a_job_that_had_nothing_to_do_is_not_worth_a_line(site: Site, calls: int, level: str) -> None:
    one = site.connect()
    job = Job(
        name="sync",
        when=JOBS["sync"].when,
        about="",
        run=lambda work: Report(kind="cycle", counts={}, api_calls=calls),
    )

    with structlog.testing.capture_logs() as said, opened(site) as sides:
        perform(site.services, sides, job, one.org.id)

    assert [(line["log_level"], line["calls"]) for line in said] == [(level, calls)]


def test_the_sides_of_an_org_stay_open_until_its_login_changes(site: Site) -> None:
    one = site.connect()
    again = orgs.save(
        site.engine,
        replace(
            one.org, login=site.services.seal.seal({"kind": "token", "token": "t", "instance_url": "http://localhost"})
        ),
    )
    with opened(site) as sides:
        first = sides.of(one.org)
        assert sides.of(one.org) is first
        second = sides.of(again)
        assert second is not first
        assert sides.of(again) is second
