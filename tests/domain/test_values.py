"""Canonical values: equal means equal, whichever side a value comes from (P12)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.values import CANON, Kind, NotCanonical, Value, canonical, to_18

TRAPS = ["NA", "null", "#N/A", "0", "false", "None", "nil", "\\N", "😀 ünï", "a\nb", '"q", t', "=1+1", "<b>bold</b>"]
TEXTS = (Kind.TEXT, Kind.RICH_TEXT, Kind.CHOICE)

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(min_value=datetime(1700, 1, 2), max_value=datetime(4000, 12, 30), timezones=OFFSETS)  # noqa: DTZ001
NUMBERS = st.decimals(min_value=-(10**18), max_value=10**18, places=4, allow_nan=False, allow_infinity=False)
CHOICE = st.text(st.characters(exclude_characters=";"))
IDS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=15, max_size=15)
RAW: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: st.text(),
    Kind.RICH_TEXT: st.text(),
    Kind.CHOICE: st.text(),
    Kind.NUMBER: NUMBERS | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    Kind.BOOLEAN: st.booleans() | st.sampled_from(["true", "false", "True", "False", ""]),
    Kind.DATE: st.dates(),
    Kind.DATETIME: MOMENTS,
    Kind.CHOICES: st.text() | st.lists(CHOICE),
    Kind.REFERENCE: IDS | st.uuids(),
}
ANY = st.sampled_from(list(Kind)).flatmap(lambda kind: st.tuples(st.just(kind), st.none() | RAW[kind]))


@pytest.mark.req("P12")
@given(ANY)
def test_the_canonical_form_of_a_canonical_value_is_itself(case: tuple[Kind, Any]) -> None:
    kind, raw = case
    once = canonical(kind, raw)

    assert canonical(kind, once) == once


@given(ANY)
def test_a_canonical_value_is_text_a_boolean_or_nothing(case: tuple[Kind, Any]) -> None:
    kind, raw = case

    value = canonical(kind, raw)

    assert value is None or isinstance(value, str | bool)
    assert value != ""


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.BOOLEAN])
@pytest.mark.parametrize("blank", [None, ""])
def test_nothing_and_an_empty_text_are_the_same_nothing(kind: Kind, blank: object) -> None:
    assert canonical(kind, blank) is None


def test_every_kind_has_its_canonical_form() -> None:
    assert set(CANON) == set(Kind)


# Texts


@pytest.mark.req("P12")
@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("text", TRAPS)
def test_a_text_that_looks_like_something_else_stays_a_text(kind: Kind, text: str) -> None:
    assert canonical(kind, text) == text


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize(("raw", "value"), [("  a b ", "a b"), (" \t\n ", None), ("\x00a\x00", "a"), (" \x00 ", None)])
def test_texts_are_trimmed_as_the_crm_does_and_lose_what_postgresql_cannot_hold(
    kind: Kind, raw: str, value: Value
) -> None:
    assert canonical(kind, raw) == value


@pytest.mark.req("P12")
def test_a_text_of_32_thousand_characters_keeps_each() -> None:
    text = "ü😀" * 16_384

    assert canonical(Kind.RICH_TEXT, text) == text


# Numbers


@pytest.mark.req("P12")
@given(NUMBERS)
def test_a_number_keeps_every_digit(number: Decimal) -> None:
    text = canonical(Kind.NUMBER, number)

    assert isinstance(text, str)
    assert Decimal(text) == number
    assert "E" not in text


@given(NUMBERS)
def test_a_number_is_the_same_as_text_and_as_a_decimal_with_any_number_of_zeros(number: Decimal) -> None:
    assert canonical(Kind.NUMBER, f"{number:f}") == canonical(Kind.NUMBER, number)
    assert canonical(Kind.NUMBER, f"{number:f}000") == canonical(Kind.NUMBER, number)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (0, "0"),
        (-0.0, "0"),
        (Decimal("-0.0000"), "0"),
        ("0.1", "0.1"),
        (0.1, "0.1"),
        (25.5, "25.5"),
        ("1.2340", "1.234"),
        (100, "100"),
        ("1e3", "1000"),
        (Decimal("1E-4"), "0.0001"),
        ("99999999999999.9999", "99999999999999.9999"),
    ],
)
def test_numbers_have_one_way_to_be_written(raw: object, value: str) -> None:
    assert canonical(Kind.NUMBER, raw) == value


# Booleans


@pytest.mark.parametrize(
    ("raw", "value"),
    [(True, True), (False, False), ("true", True), ("True", True), ("false", False), ("False", False), ("", False)],
)
def test_booleans_come_as_json_or_as_csv(raw: object, value: bool) -> None:
    assert canonical(Kind.BOOLEAN, raw) is value


def test_a_checkbox_is_never_empty() -> None:
    assert canonical(Kind.BOOLEAN, None) is False


# Dates and moments


def test_a_date_is_the_same_as_text_and_as_a_date() -> None:
    assert canonical(Kind.DATE, date(2026, 2, 28)) == canonical(Kind.DATE, "2026-02-28") == "2026-02-28"


@pytest.mark.req("P12")
@given(MOMENTS, OFFSETS)
def test_one_moment_told_with_different_offsets_is_one_value(moment: datetime, offset: timezone) -> None:
    assert canonical(Kind.DATETIME, moment) == canonical(Kind.DATETIME, moment.astimezone(offset))
    assert canonical(Kind.DATETIME, moment) == canonical(Kind.DATETIME, moment.astimezone(offset).isoformat())


@given(MOMENTS)
def test_a_moment_counts_to_the_second(moment: datetime) -> None:
    text = canonical(Kind.DATETIME, moment)

    assert isinstance(text, str)
    assert datetime.fromisoformat(text) == moment.astimezone(UTC).replace(microsecond=0)


@pytest.mark.parametrize(
    "raw",
    [
        "2026-03-28T20:00:00.000+0000",
        "2026-03-28T20:00:00.999Z",
        "2026-03-28T20:00:00Z",
        "2026-03-29T01:30:00+05:30",
        "2026-03-28T12:00:00-08:00",
    ],
)
def test_moments_come_in_the_forms_of_rest_bulk_and_of_other_zones(raw: str) -> None:
    assert canonical(Kind.DATETIME, raw) == "2026-03-28T20:00:00Z"


# Choices


@pytest.mark.req("P12")
@given(st.lists(CHOICE))
def test_choices_are_a_set(chosen: list[str]) -> None:
    assert canonical(Kind.CHOICES, chosen) == canonical(Kind.CHOICES, ";".join(reversed(chosen)))
    assert canonical(Kind.CHOICES, [*chosen, *chosen]) == canonical(Kind.CHOICES, chosen)


@pytest.mark.parametrize(
    ("raw", "value"), [("b;a", "a;b"), (" b ; a;;b", "a;b"), (";", None), ([], None), ({"b", "a"}, "a;b")]
)
def test_choices_are_sorted_and_trimmed(raw: object, value: Value) -> None:
    assert canonical(Kind.CHOICES, raw) == value


# References


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("001D000000IqhSL", "001D000000IqhSLIAZ"),
        ("000000000000000", "000000000000000AAA"),
        ("AAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAA555"),
        ("Abcdefghijklmno", "AbcdefghijklmnoBAA"),
        ("abcdEfghijklmno", "abcdEfghijklmnoQAA"),
    ],
)
def test_an_id_of_15_characters_gets_its_case_written_behind_it(short: str, long: str) -> None:
    assert to_18(short) == long
    assert canonical(Kind.REFERENCE, short) == long


@given(IDS, IDS)
def test_ids_that_differ_only_in_case_stay_apart_even_where_case_is_ignored(one: str, other: str) -> None:
    assert (to_18(one).casefold() == to_18(other).casefold()) == (one == other)
    assert to_18(one.swapcase()).casefold() != to_18(one).casefold() or one.swapcase() == one


@given(IDS)
def test_a_long_id_and_an_id_of_ours_stay_as_they_are(short: str) -> None:
    assert to_18(to_18(short)) == to_18(short)
    assert to_18("5b0cf3f2-6f6c-4a86-9f3a-3a1a2c8f2f10") == "5b0cf3f2-6f6c-4a86-9f3a-3a1a2c8f2f10"


# Refusals


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (Kind.NUMBER, "twelve"),
        (Kind.NUMBER, True),
        (Kind.NUMBER, "NaN"),
        (Kind.NUMBER, float("inf")),
        (Kind.BOOLEAN, "yes"),
        (Kind.BOOLEAN, 0),
        (Kind.BOOLEAN, 1),
        (Kind.DATE, "2026-02-30"),
        (Kind.DATE, "28.02.2026"),
        (Kind.DATE, 20260228),
        (Kind.DATE, datetime(2026, 2, 28, tzinfo=UTC)),
        (Kind.DATE, "2026-02-28T00:00:00Z"),
        (Kind.DATETIME, "2026-02-28T10:00:00"),
        (Kind.DATETIME, "2026-02-28"),
        (Kind.DATETIME, "soon"),
        (Kind.DATETIME, date(2026, 2, 28)),
        (Kind.DATETIME, 5),
    ],
)
def test_a_value_that_its_kind_cannot_hold_is_refused_by_name(kind: Kind, raw: object) -> None:
    with pytest.raises(NotCanonical) as refused:
        canonical(kind, raw)

    assert str(refused.value) == f"{raw!r} is not a {kind.value}"
    assert (refused.value.kind, refused.value.raw) == (kind, raw)


@pytest.mark.parametrize("raw", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_a_moment_outside_the_calendar_is_refused_too(raw: str) -> None:
    with pytest.raises(NotCanonical):
        canonical(Kind.DATETIME, raw)


@pytest.mark.parametrize("raw", [5, Decimal(5), True, [5]])
def test_choices_that_are_no_texts_are_refused_too(raw: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(Kind.CHOICES, raw)


def test_choices_given_as_a_list_are_split_at_semicolons_like_those_given_as_text() -> None:
    assert canonical(Kind.CHOICES, [";"]) is None
