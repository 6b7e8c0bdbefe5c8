"""When jobs are due: by the clock of each org, once a day however the clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.jobs.due import DAYS, Daily, Due, Every, due

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia")
NOW = datetime(2026, 3, 2, 9, 30, 20, tzinfo=UTC)
NIGHTLY = Daily(time(2, 30))


def at(*parts: int) -> datetime:
    """Return a moment in UTC."""
    return datetime(*parts, tzinfo=UTC)


def test_a_job_of_every_quarter_of_an_hour_is_due_on_the_quarters() -> None:
    found = due(
        [("retry", Every(timedelta(minutes=15)))], BERLIN, since=at(2026, 3, 2, 9, 14), now=at(2026, 3, 2, 9, 15)
    )

    assert found == [Due(job="retry", at=at(2026, 3, 2, 9, 15), missed=False)]


def test_what_was_due_exactly_at_the_last_tick_is_not_due_again() -> None:
    rules = [("sync", Every(timedelta(minutes=1)))]

    assert due(rules, BERLIN, since=at(2026, 3, 2, 9, 30), now=NOW) == []


def test_nothing_is_due_before_its_time() -> None:
    assert due([("full", NIGHTLY)], BERLIN, since=at(2026, 3, 2, 1, 0), now=at(2026, 3, 2, 1, 29, 59)) == []


def test_a_nightly_job_is_due_by_the_clock_of_the_org() -> None:
    since, now = at(2026, 3, 1, 12), at(2026, 3, 2, 12)
    found = {name: due([("full", NIGHTLY)], ZoneInfo(name), since=since, now=now)[0].at for name in ZONES[:3]}

    assert found == {
        "UTC": at(2026, 3, 2, 2, 30),
        "Europe/Berlin": at(2026, 3, 2, 1, 30),
        "America/New_York": at(2026, 3, 2, 7, 30),
    }


@pytest.mark.parametrize(
    ("night", "moment"),
    [
        # The clocks go from 02:00 to 03:00: there is no 02:30, and the job runs all the same.
        (at(2026, 3, 29, 0, 0), at(2026, 3, 29, 1, 30)),
        # They go from 03:00 back to 02:00: 02:30 comes twice, and the job once.
        (at(2026, 10, 25, 0, 0), at(2026, 10, 25, 0, 30)),
    ],
    ids=["spring", "autumn"],
)
def test_a_nightly_job_runs_once_in_the_nights_in_which_the_clocks_change(night: datetime, moment: datetime) -> None:
    ticks = [night + timedelta(minutes=minute) for minute in range(360)]
    found = [item for since, now in pairwise(ticks) for item in due([("full", NIGHTLY)], BERLIN, since=since, now=now)]

    assert found == [Due(job="full", at=moment, missed=False)]


@given(
    zone=st.sampled_from(ZONES),
    start=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    minute=st.integers(0, 24 * 60 - 1),
)
def test_a_daily_job_is_due_exactly_once_on_each_local_date(zone: str, start: datetime, minute: int) -> None:
    rule = Daily(time(minute // 60, minute % 60))
    moments = rule.after(start, ZoneInfo(zone))
    found = [next(moments) for _ in range(10)]

    assert found == sorted(set(found))
    assert found[0] > start
    # The date is what counts: a skipped time may fall on the next one's first hour.
    gaps = [later - earlier for earlier, later in pairwise(found)]
    assert all(timedelta(hours=22) < gap < timedelta(hours=26) for gap in gaps)


def test_a_weekly_job_is_due_on_its_day_only() -> None:
    rule = Daily(time(5), days=("Sunday",))
    moments = rule.after(NOW, BERLIN)
    found = [next(moments) for _ in range(3)]

    assert {DAYS[moment.astimezone(BERLIN).weekday()] for moment in found} == {"Sunday"}
    assert found[1] - found[0] == timedelta(days=7)


def test_after_a_standstill_the_newest_moment_runs_and_the_others_are_missed() -> None:
    found = due([("retry", Every(timedelta(minutes=15)))], BERLIN, since=NOW - timedelta(hours=1), now=NOW)

    assert [item.missed for item in found] == [True, True, True, False]
    assert found[-1].at == at(2026, 3, 2, 9, 30)


def test_a_night_that_went_by_without_a_clock_is_missed_and_not_run_in_the_morning() -> None:
    found = due([("full", NIGHTLY)], BERLIN, since=at(2026, 3, 1, 22), now=at(2026, 3, 2, 8))

    assert found == [Due(job="full", at=at(2026, 3, 2, 1, 30), missed=True)]


def test_a_clock_that_stood_still_for_weeks_tells_of_its_last_day_only() -> None:
    rules = [("sync", Every(timedelta(minutes=1))), ("full", NIGHTLY)]

    found = due(rules, BERLIN, since=NOW - timedelta(days=40), now=NOW)

    assert len(found) == 1440 + 1
    assert min(item.at for item in found) > NOW - timedelta(days=1)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Every(timedelta(minutes=15)), "every 15 min"),
        (Every(timedelta(seconds=90)), "every 90 s"),
        (Every(timedelta(seconds=5)), "every 5 s"),
        (NIGHTLY, "daily at 02:30"),
        (Daily(time(5), days=("Sunday",)), "Sunday at 05:00"),
    ],
)
def test_a_rule_reads_as_a_sentence_would_say_it(rule: Every | Daily, said: str) -> None:
    assert str(rule) == said
