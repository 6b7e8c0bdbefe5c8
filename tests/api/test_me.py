"""Who calls: what they may do, what they prefer, and how often they may ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.store import buckets
from service.store.buckets import Bucket
from tests.api.conftest import Build, Somebody
from tests.world import World

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.req("OB-03", "OB-04")
def test_everybody_is_told_what_they_may_do_and_why_not(csm: Somebody, participant: Somebody) -> None:
    def verdicts(somebody: Somebody) -> dict[tuple[str, str], bool]:
        told = somebody.read("/me")["verdicts"]
        assert all(verdict["reason"] for verdict in told)
        return {(verdict["noun"], verdict["action"]): verdict["allowed"] for verdict in told}

    assert verdicts(csm)["objective", "delete"]
    assert not verdicts(participant)["objective", "delete"]
    assert verdicts(participant)["objective", "create"]
    assert not verdicts(participant)["objective", "create from template"]


@pytest.mark.req("OB-04")
def test_the_server_refuses_a_participant_whatever_the_screen_showed(participant: Somebody, csm: Somebody) -> None:
    made = participant.post("/objectives", {"name": "Adopt", "title": "Adopt", "template": True})
    assert (made.status_code, made.json["code"]) == (403, "denied")

    gone = participant.send("DELETE", "/objectives/00000000-0000-4000-8000-000000000000", If_Match='"1"')
    assert (gone.status_code, gone.json["code"]) == (403, "denied")


@pytest.mark.req("OB-26")
def test_the_view_that_somebody_chose_last_is_there_again_for_them_alone(csm: Somebody) -> None:
    assert csm.get("/me/preferences/template-picker").status_code == 404
    for view in ("cards", "list"):
        assert csm.send("PUT", "/me/preferences/template-picker", {"value": {"view": view}}).status_code == 200

    assert csm.read("/me/preferences/template-picker") == {"value": {"view": "list"}}
    assert Somebody(csm.app, "other_csm").get("/me/preferences/template-picker").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"value": 1},
        {"value": {}, "more": 1},
        [],
        {"value": {"text": "x" * 20_000}},
        {"value": {"a\x00": 1}},
        {"value": {"a": ["\ud800"]}},
    ],
)
def test_a_preference_is_a_small_object(csm: Somebody, body: object) -> None:
    answer = csm.send("PUT", "/me/preferences/picker", body)

    assert (answer.status_code, answer.json["code"]) == (422, "unprocessable_entity")


@pytest.mark.parametrize("name", ["a%00b", "a%20b", "%C3%A9", "a%0A", "<b>"])
def test_a_preference_has_a_plain_name(csm: Somebody, name: str) -> None:
    for answer in (
        csm.get(f"/me/preferences/{name}"),
        csm.send("PUT", f"/me/preferences/{name}", {"value": {}}),
    ):
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "name")


def test_a_user_keeps_a_hundred_preferences_and_may_change_each(build: Build) -> None:
    csm = Somebody(build(api_rate=1000))
    statuses = [
        csm.send("PUT", f"/me/preferences/grid:{number}", {"value": {}}).status_code for number in (*range(101), 99)
    ]

    assert statuses == [200] * 100 + [422, 200]
    other = Somebody(csm.app, "other_csm")
    assert other.send("PUT", "/me/preferences/grid:100", {"value": {}}).status_code == 200


def test_who_asks_too_often_waits_and_is_told_how_long(build: Build) -> None:
    app = build(api_rate=3)
    csm = Somebody(app)

    statuses = [csm.get("/me").status_code for _ in range(5)]

    assert statuses == [200, 200, 200, 429, 429]
    refused = csm.get("/me")
    assert (refused.json["code"], refused.headers["Retry-After"]) == ("asked_too_often", "20")
    assert Somebody(app, "other_csm").get("/me").status_code == 200


def test_an_org_asks_ten_times_as_often_as_one_of_its_users(build: Build) -> None:
    app = build(api_rate=1)

    statuses = [Somebody(app, f"{number}_csm").get("/me").status_code for number in range(12)]

    assert statuses == [200] * 10 + [429] * 2


def test_a_bucket_fills_again_as_time_passes_and_never_overflows(world: World) -> None:
    bucket = Bucket(caller="005", size=2, refill=0.5)

    def draw(seconds: float) -> float:
        with world.transaction() as connection:
            return buckets.draw(connection, world.org_id, bucket, now=NOW + timedelta(seconds=seconds))

    assert [draw(0), draw(0), draw(0), draw(0)] == [0, 0, 2, 2]
    assert [draw(2), draw(2)] == [0, 2]
    assert [draw(1_000), draw(1_000), draw(1_000)] == [0, 0, 2]
    # A clock that goes back gives nothing.
    assert draw(0) == 2
