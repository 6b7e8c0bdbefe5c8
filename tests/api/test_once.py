"""Requests that may come twice: one key, one record, one answer."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from service.store import answers
from service.store.answers import KEPT, PATIENCE, Asked
from tests.api.conftest import Somebody
from tests.world import World


def given(account: UUID, name: str = "Plan") -> dict[str, str]:
    """Return a plan to be made."""
    return {"name": name, "account_id": str(account)}


@pytest.mark.req("P4")
def test_the_same_request_again_gets_the_same_answer_and_makes_nothing(
    world: World, csm: Somebody, account: UUID
) -> None:
    first = csm.post("/success-plans", given(account), Idempotency_Key="k")
    again = csm.post("/success-plans", given(account), Idempotency_Key="k")

    assert first.status_code == again.status_code == 201
    assert again.data == first.data
    for header in ("Location", "ETag", "Content-Type"):
        assert again.headers[header] == first.headers[header]
    assert len(world.there("success_plan")) == len(world.here("success_plan")) == 1


def test_a_key_is_good_for_one_request_only(world: World, csm: Somebody, account: UUID) -> None:
    csm.post("/success-plans", given(account), Idempotency_Key="k")
    other = csm.post("/success-plans", given(account, "Another"), Idempotency_Key="k")

    assert (other.status_code, other.json["errors"][0]["code"]) == (422, "used")
    assert len(world.there("success_plan")) == 1


def test_keys_of_two_users_have_nothing_to_do_with_each_other(world: World, csm: Somebody, account: UUID) -> None:
    world.org.add_user("other_csm@example.com", name="Other", permission_sets=["CSC_Customer_Success"])
    world.settle()
    other = Somebody(csm.app, "other_csm")

    mine = csm.post("/success-plans", given(account), Idempotency_Key="k")
    theirs = other.post("/success-plans", given(account), Idempotency_Key="k")

    assert (mine.status_code, theirs.status_code) == (201, 201), theirs.text
    assert mine.json["id"] != theirs.json["id"]


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb", "é"])
def test_a_request_that_makes_something_needs_a_key(csm: Somebody, account: UUID, key: str) -> None:
    answer = csm.post("/success-plans", given(account), Idempotency_Key=key)

    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "Idempotency-Key")


def test_a_refused_request_may_be_corrected_under_the_same_key(csm: Somebody, account: UUID) -> None:
    refused = csm.post("/success-plans", given(account, "x" * 100), Idempotency_Key="k")
    made = csm.post("/success-plans", given(account), Idempotency_Key="k")

    assert (refused.status_code, made.status_code) == (422, 201)


def test_what_is_under_way_is_not_begun_again_until_its_worker_must_be_dead(
    world: World, csm: Somebody, account: UUID
) -> None:
    csm.post("/success-plans", given(account), Idempotency_Key="k")
    with world.transaction() as connection:
        connection.execute(update(answers.answers).values(status=None, headers=None, body=None))

    at_once = csm.post("/success-plans", given(account), Idempotency_Key="k")
    assert (at_once.status_code, at_once.json["code"]) == (409, "under_way")
    assert at_once.headers["Retry-After"] == "1"
    world.pass_time(seconds=PATIENCE.total_seconds() + 1)
    later = csm.post("/success-plans", given(account), Idempotency_Key="k")
    assert later.status_code == 201
    # The ids follow from the key: the repeat of what had landed makes no second record.
    assert len(world.there("success_plan")) == len(world.here("success_plan")) == 1


@pytest.mark.req("P4")
def test_a_request_that_comes_again_after_a_week_changes_nothing_and_revives_nothing(
    world: World, csm: Somebody, account: UUID
) -> None:
    made = csm.post("/success-plans", given(account), Idempotency_Key="k").json
    world.settle()
    path = f"/success-plans/{made['id']}"
    csm.send("PATCH", path, {"name": "Renamed"}, If_Match=csm.get(path).headers["ETag"])
    world.settle()

    world.pass_time(seconds=7 * KEPT.total_seconds())
    again = csm.post("/success-plans", given(account), Idempotency_Key="k")
    assert (again.status_code, again.json["id"], again.json["name"]) == (201, made["id"], "Renamed")
    csm.send("DELETE", path, If_Match=again.headers["ETag"])
    world.pass_time(seconds=7 * KEPT.total_seconds())
    gone = csm.post("/success-plans", given(account), Idempotency_Key="k")
    assert (gone.status_code, gone.json["code"]) == (404, "missing")
    assert not world.there("success_plan")


def test_an_answer_is_forgotten_after_its_day(world: World) -> None:
    now = world.clock.now()
    asked = Asked(caller="005", key="k", request=b"1")
    with world.transaction() as connection:
        assert answers.claim(connection, world.org_id, asked, now=now) is None
        answers.keep(connection, asked, answers.Answer(request=b"1", status=201, headers={}, body=""))
        known = answers.claim(connection, world.org_id, asked, now=now + KEPT - timedelta(seconds=1))
        assert known == answers.Answer(request=b"1", status=201, headers={}, body="")
        assert answers.claim(connection, world.org_id, asked, now=now + KEPT + timedelta(seconds=1)) is None
