from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.cloning import Clone
from service.domain.dates import Calendar
from service.domain.redating import Shift
from service.domain.templates import DATES, Choices, Template
from tests.domain.adoption import SETTING, adoption, cloned, draft, key, objective, record, ref, task

BY_HAND = Choices(start=date(2026, 12, 1))


def shift_of(clone: Clone, name: str, column: str) -> Shift:
    return next(each for each in clone.shifts if each.record == key(name) and each.column == column)


def span(clone: Clone, name: str) -> tuple:
    values = draft(clone, name).values
    return values["start_date"], values["end_date"]


def kpi_date(clone: Clone) -> object:
    return draft(clone, "Seats").values["target_date"]


@pytest.mark.req("OB-38")
def test_children_move_with_the_start() -> None:
    clone = cloned()

    assert span(clone, "Invite") == ("2026-11-26", "2026-12-11")
    assert span(clone, "Review") == ("2026-11-20", "2026-11-23")
    assert span(clone, "Prepare") == ("2026-11-29", None)


@pytest.mark.req("OB-43")
def test_the_new_start_is_today_and_kpis_move_with_it() -> None:
    clone = cloned()

    assert span(clone, "Adopt") == ("2026-11-22", "2027-05-21")
    assert kpi_date(clone) == "2027-02-19"
    shift = shift_of(clone, "Seats", "target_date")
    assert (shift.old, shift.new, shift.moved) == (date(2026, 3, 31), date(2027, 2, 19), True)


@pytest.mark.req("OB-39")
@pytest.mark.req("OB-44")
def test_a_start_changed_by_hand_moves_playbooks_and_tasks_but_no_kpis() -> None:
    clone = cloned(BY_HAND)

    assert span(clone, "Adopt")[0] == "2026-12-01"
    assert span(clone, "Invite") == ("2026-12-05", "2026-12-20")
    assert span(clone, "Training") == ("2026-12-05", "2026-12-20")
    assert kpi_date(clone) == "2027-02-19"


@pytest.mark.req("OB-44")
@pytest.mark.req("G1")
def test_it_is_said_which_kpi_dates_do_not_move_and_where_they_would_be() -> None:
    clone = cloned(BY_HAND)

    shift = shift_of(clone, "Seats", "target_date")
    assert (shift.moved, shift.stays) == (False, True)
    assert shift.why == "does not move with a start changed by hand; it would be 2027-02-28"
    [caution] = clone.cautions
    assert caution.code == "kpi_dates_not_moved"
    assert caution.message.startswith("KPI dates that do not move with the start: 1.")


@pytest.mark.req("OB-44")
def test_kpi_dates_move_with_a_start_changed_by_hand_when_somebody_wants_it() -> None:
    clone = cloned(replace(BY_HAND, move_kpis=True))

    assert kpi_date(clone) == "2027-02-28"
    assert clone.cautions == ()


def test_a_start_that_is_today_all_the_same_is_none_that_was_changed() -> None:
    clone = cloned(Choices(start=date(2026, 11, 22), edits={key("Invite"): {"end_date": "2026-12-15"}}))

    assert kpi_date(clone) == "2027-02-19"
    assert span(clone, "Invite") == ("2026-11-26", "2026-12-15")
    assert clone.cautions == clone.lost_edits == ()


@pytest.mark.req("OB-39")
def test_dates_edited_under_a_start_that_was_given_up_for_today_are_lost() -> None:
    edits = {key("Invite"): {"end_date": "2026-12-24"}}
    clone = cloned(Choices(edits=edits, dates_edited_under=date(2026, 12, 1)))

    assert span(clone, "Invite") == ("2026-11-26", "2026-12-11")
    assert [lost.edited for lost in clone.lost_edits] == ["2026-12-24"]


@pytest.mark.req("OB-38")
def test_a_date_that_an_org_added_moves_like_the_others_and_is_told() -> None:
    added = replace(adoption(go_live="2026-02-01"), dates={**DATES, "objective": (*DATES["objective"], "go_live")})
    clone = cloned(template=added)

    assert draft(clone, "Adopt").values["go_live"] == "2026-12-23"
    assert shift_of(clone, "Adopt", "go_live").moved


def test_what_was_seen_on_one_day_was_not_seen_on_the_next() -> None:
    tomorrow = replace(SETTING, today=date(2026, 11, 23))

    assert cloned().seen != cloned(setting=tomorrow).seen
    assert cloned().seen == cloned(Choices(start=date(2026, 12, 1))).seen


@pytest.mark.req("OB-39")
@pytest.mark.req("G1")
def test_dates_edited_by_hand_are_lost_when_the_start_is_changed_and_other_edits_stay() -> None:
    edits = {key("Invite"): {"end_date": "2026-12-15", "name": "Invite all"}}
    before, clone = cloned(Choices(edits=edits)), cloned(replace(BY_HAND, edits=edits))

    assert span(before, "Invite") == ("2026-11-26", "2026-12-15")
    assert before.lost_edits == ()
    assert span(clone, "Invite") == ("2026-12-05", "2026-12-20")
    assert draft(clone, "Invite").values["name"] == "Invite all"
    [lost] = clone.lost_edits
    assert (lost.record, lost.column, lost.edited) == (key("Invite"), "end_date", "2026-12-15")
    assert lost.becomes == date(2026, 12, 20)


@pytest.mark.req("OB-39")
def test_dates_edited_under_the_changed_start_stay() -> None:
    edits = {key("Invite"): {"end_date": "2026-12-24"}}
    clone = cloned(replace(BY_HAND, edits=edits, dates_edited_under=date(2026, 12, 1)))

    assert span(clone, "Invite") == ("2026-12-05", "2026-12-24")
    assert clone.lost_edits == ()
    assert shift_of(clone, "Invite", "end_date").why == "set for this clone"


@pytest.mark.req("OB-44")
def test_a_kpi_date_entered_by_hand_stays_whatever_the_start() -> None:
    clone = cloned(replace(BY_HAND, edits={key("Seats"): {"target_date": "2027-03-31"}}))

    assert kpi_date(clone) == "2027-03-31"
    assert clone.lost_edits == clone.cautions == ()


@pytest.mark.req("OB-41")
def test_without_a_start_of_its_own_a_template_is_measured_from_the_earliest_start_of_a_child() -> None:
    clone = cloned(template=adoption(start_date=None))

    assert span(clone, "Review") == ("2026-11-22", "2026-11-25")
    assert span(clone, "Invite") == ("2026-11-28", "2026-12-13")
    assert span(clone, "Adopt")[0] == "2026-11-22"


@pytest.mark.req("OB-41")
def test_without_any_date_children_stay_undated() -> None:
    template = Template(root=objective(start_date=None, end_date=None), children=(task("Meet", None, None),))
    clone = cloned(template=template)

    assert span(clone, "Meet") == (None, None)
    assert [shift.column for shift in clone.shifts] == ["start_date"]
    assert clone.cautions == ()


@pytest.mark.req("OB-41")
def test_without_any_start_a_date_has_no_distance_and_is_left_empty_and_that_is_said() -> None:
    kpi = record("objective_kpi", "Seats", objective_id=ref("Adopt"), target_date="2026-03-31")
    clone = cloned(template=Template(root=objective(start_date=None, end_date=None), children=(kpi,)))

    assert kpi_date(clone) is None
    assert [caution.code for caution in clone.cautions] == ["no_anchor"]
    assert "no record of the template has a start" in shift_of(clone, "Seats", "target_date").why


def test_a_date_that_somebody_takes_away_is_no_matter_of_the_anchor() -> None:
    clone = cloned(Choices(edits={key("Invite"): {"end_date": None}}))

    assert span(clone, "Invite") == ("2026-11-26", None)
    assert clone.cautions == ()


@pytest.mark.req("G1")
def test_new_dates_on_weekends_and_holidays_are_named() -> None:
    calendar = Calendar(holiday=lambda day: "Founders' Day" if day == date(2026, 12, 8) else None)
    found = cloned(BY_HAND, setting=replace(SETTING, calendar=calendar)).off_days

    named = {(each.title, each.column): (each.day, each.name) for each in found}
    assert named["Invite", "start_date"] == (date(2026, 12, 5), "Saturday")
    assert named["Invite", "end_date"] == (date(2026, 12, 20), "Sunday")
    assert named["Prepare", "start_date"] == (date(2026, 12, 8), "Founders' Day")
    assert ("Meet", "end_date") not in named


@pytest.mark.req("G1")
def test_with_working_days_no_child_falls_on_a_day_off() -> None:
    clone = cloned(replace(BY_HAND, working_days=True, move_kpis=True))

    assert clone.off_days == ()
    assert span(clone, "Invite") == ("2026-12-03", "2026-12-18")


def test_an_end_before_its_start_is_refused_at_its_record() -> None:
    [fault] = cloned(Choices(edits={key("Invite"): {"end_date": "2026-11-25"}})).faults

    assert (fault.field, fault.code, fault.record) == ("end_date", "before_start", ref("Invite"))


def test_a_start_so_late_that_children_fall_past_the_calendar_is_refused() -> None:
    faults = cloned(Choices(start=date(9999, 12, 31))).faults

    assert {(fault.field, fault.code) for fault in faults} == {("start_date", "out_of_range")}
    assert ref("Invite") in {fault.record for fault in faults}


@pytest.mark.req("OB-40")
@given(
    start=st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1)),
    today=st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1)),
)
def test_lengths_and_distances_are_kept(start: date, today: date) -> None:
    clone = cloned(Choices(start=start), setting=replace(SETTING, today=today))

    moved = {(each.record, each.column): each for each in clone.shifts}
    distances = {(each.new - each.old) for each in moved.values() if each.noun != "objective_kpi"}
    assert distances == {start - date(2026, 1, 1)}
    assert moved[key("Seats"), "target_date"].new == date(2026, 3, 31) + (today - date(2026, 1, 1))


@pytest.mark.req("OB-40")
@given(
    spans=st.lists(
        st.tuples(
            st.dates(min_value=date(2025, 1, 1), max_value=date(2027, 1, 1)),
            st.integers(min_value=0, max_value=90).map(timedelta),
        ),
        min_size=1,
        max_size=8,
    ),
    start=st.dates(min_value=date(2025, 1, 1), max_value=date(2027, 1, 1)),
    working_days=st.booleans(),
)
def test_what_comes_first_in_the_template_comes_first_in_the_clone(spans, start: date, working_days: bool) -> None:
    tasks = tuple(
        task(str(number), first.isoformat(), (first + length).isoformat())
        for number, (first, length) in enumerate(spans)
    )
    clone = cloned(Choices(start=start, working_days=working_days), template=Template(root=objective(), children=tasks))

    shifts = [each for each in clone.shifts if each.noun == "playbook_task"]
    by_old = [each.new for each in sorted(shifts, key=lambda each: each.old)]
    assert by_old == sorted(by_old)
    assert clone.faults == ()


def test_every_date_that_moves_is_a_date_of_the_mapping(root) -> None:
    mappings = {noun: (root / "mappings" / f"{noun}.yaml").read_text() for noun in DATES}

    for noun, columns in DATES.items():
        assert set(columns) == {
            line.split(":")[0].strip() for line in mappings[noun].splitlines() if "kind: date}" in line
        } - {"completed_on"}, noun
