"""Transforms: what comes to us survives the way there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.values import CANON, Kind, Value
from service.mapping.transforms import TRANSFORMS, their_kind


@pytest.mark.req("P12")
@pytest.mark.parametrize("name", TRANSFORMS)
@given(raw=st.text() | st.none() | st.sampled_from(["yes", "YES ", "No", "ß", "ǆ"]))
def test_what_a_transform_gives_us_survives_the_round_trip(name: str, raw: str | None) -> None:
    transform = TRANSFORMS[name]
    ours = transform.to_ours(CANON[transform.theirs](raw))
    back = transform.to_ours(CANON[transform.theirs](transform.to_theirs(ours)))

    assert back == ours
    assert CANON[transform.ours](ours) == ours


@pytest.mark.parametrize(("theirs", "ours"), [("ab-1", "AB-1"), (" ab ", "AB"), ("  ", None), ("", None), (None, None)])
def test_trimmed_upper_makes_codes_alike(theirs: Value, ours: Value) -> None:
    assert TRANSFORMS["trimmed_upper"].to_ours(theirs) == ours


@pytest.mark.parametrize(
    ("theirs", "ours"), [("Yes", True), ("yes", True), ("No", False), ("maybe", False), (None, False)]
)
def test_yes_no_reads_a_picklist_as_a_boolean(theirs: Value, ours: Value) -> None:
    assert TRANSFORMS["yes_no"].to_ours(theirs) is ours


@pytest.mark.parametrize(("ours", "theirs"), [(True, "Yes"), (False, "No"), (None, "No")])
def test_yes_no_writes_a_boolean_as_a_word(ours: Value, theirs: Value) -> None:
    assert TRANSFORMS["yes_no"].to_theirs(ours) == theirs


def test_a_field_without_a_transform_has_one_kind_on_both_sides() -> None:
    assert their_kind(Kind.DATE, None) is Kind.DATE
    assert their_kind(Kind.BOOLEAN, "yes_no") is Kind.CHOICE
