from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.dates import Calendar, shift

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2060, 12, 31))
NEAR = st.integers(min_value=-400, max_value=400).map(lambda days: timedelta(days=days))


def christmas(day: date) -> str | None:
    return "Christmas" if (day.month, day.day) in {(12, 25), (12, 26)} else None


BAVARIA = Calendar(name="BAVARIA", holiday=christmas)
FRIDAYS = Calendar(name="FRIDAYS", weekend=frozenset({4, 5}))
CALENDARS = st.sampled_from([BAVARIA, FRIDAYS, Calendar(weekend=frozenset()), Calendar(weekend=frozenset(range(6)))])


@pytest.mark.req("OB-38")
@pytest.mark.parametrize(
    ("day", "moved"),
    [(date(2026, 1, 5), date(2026, 11, 26)), (date(2026, 1, 20), date(2026, 12, 11))],
)
def test_a_day_keeps_its_distance_from_the_anchor(day: date, moved: date) -> None:
    assert shift(day, anchor=date(2026, 1, 1), new_anchor=date(2026, 11, 22)) == moved


@pytest.mark.req("OB-43")
def test_a_day_before_the_anchor_stays_before_it() -> None:
    assert shift(date(2025, 12, 30), anchor=date(2026, 1, 1), new_anchor=date(2026, 3, 1)) == date(2026, 2, 27)


@pytest.mark.req("OB-40")
@given(day=DAYS, anchor=DAYS, new_anchor=DAYS)
def test_there_and_back_in_calendar_days_is_where_it_began(day: date, anchor: date, new_anchor: date) -> None:
    there = shift(day, anchor=anchor, new_anchor=new_anchor)

    assert shift(there, anchor=new_anchor, new_anchor=anchor) == day


def test_a_day_past_the_end_of_the_calendar_is_an_overflow() -> None:
    with pytest.raises(OverflowError):
        shift(date.max, anchor=date(2026, 1, 1), new_anchor=date(2026, 1, 2))
    with pytest.raises(OverflowError):
        shift(date(9999, 12, 31), anchor=date(9999, 1, 1), new_anchor=date(9999, 2, 1), calendar=BAVARIA)


@pytest.mark.parametrize("day", [date(2036, 1, 10), date(2015, 12, 20), date.max])
def test_working_days_are_not_counted_over_more_than_ten_years(day: date) -> None:
    with pytest.raises(OverflowError, match="more than ten years"):
        shift(day, anchor=date(2026, 1, 1), new_anchor=date(2026, 1, 2), calendar=BAVARIA)


@pytest.mark.req("OB-38")
@pytest.mark.parametrize(
    ("day", "moved", "why"),
    [
        (date(2026, 3, 2), date(2026, 12, 24), "the anchor itself"),
        (date(2026, 3, 3), date(2026, 12, 28), "past Christmas and a weekend"),
        (date(2026, 3, 9), date(2027, 1, 1), "a week of working days later"),
        (date(2026, 2, 27), date(2026, 12, 23), "the working day before"),
    ],
)
def test_working_days_are_counted_around_weekends_and_holidays(day: date, moved: date, why: str) -> None:
    assert shift(day, anchor=date(2026, 3, 2), new_anchor=date(2026, 12, 24), calendar=BAVARIA) == moved, why


@pytest.mark.parametrize("off", [date(2026, 3, 7), date(2026, 3, 8)])
def test_a_day_that_is_off_counts_as_the_next_working_day(off: date) -> None:
    monday = date(2026, 3, 9)

    def moved(day: date) -> date:
        return shift(day, anchor=date(2026, 3, 2), new_anchor=date(2026, 6, 1), calendar=BAVARIA)

    assert moved(off) == moved(monday)
    assert shift(monday, anchor=off, new_anchor=off, calendar=BAVARIA) == monday


@given(day=DAYS, far=NEAR, further=NEAR, calendar=CALENDARS)
def test_there_and_back_in_working_days_is_the_working_day_where_it_began(
    day: date, far: timedelta, further: timedelta, calendar: Calendar
) -> None:
    day, anchor, new_anchor = (
        shift(at, anchor=at, new_anchor=at, calendar=calendar) for at in (day, day + far, day + far + further)
    )
    there = shift(day, anchor=anchor, new_anchor=new_anchor, calendar=calendar)

    assert calendar.works(there)
    assert shift(there, anchor=new_anchor, new_anchor=anchor, calendar=calendar) == day


@given(day=DAYS, later=NEAR, anchor=NEAR, further=NEAR, calendar=CALENDARS)
def test_no_day_overtakes_another_one(
    day: date, later: timedelta, anchor: timedelta, further: timedelta, calendar: Calendar
) -> None:
    first, second = sorted([day, day + later])
    anchors = {"anchor": day + anchor, "new_anchor": day + anchor + further}

    assert shift(first, **anchors, calendar=calendar) <= shift(second, **anchors, calendar=calendar)


@pytest.mark.req("G1")
@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 12, 5), "Saturday"),
        (date(2026, 12, 20), "Sunday"),
        (date(2026, 12, 25), "Christmas"),
        (date(2026, 12, 26), "Christmas"),
        (date(2026, 12, 7), None),
    ],
)
def test_a_calendar_says_why_nobody_works(day: date, why: str | None) -> None:
    assert BAVARIA.off(day) == why


def test_a_week_without_a_working_day_is_refused() -> None:
    with pytest.raises(ValueError, match="no working day in its week"):
        Calendar(name="idle", weekend=frozenset(range(7)))
