"""The edits of the storm: the same every time, as many on each side, and none that would leave a question."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from service.config import ROOT
from service.demo.edits import CAST, Act, Side, edits
from service.demo.plans import drafts
from service.demo.traffic import EACH, SWAPS, traffic
from service.domain.merging import Direction, Policy
from service.mapping.load import load


@pytest.fixture(scope="module")
def rush(customers, definitions):
    return list(traffic(customers, definitions))


def test_equal_seeds_give_equal_edits_and_others_give_others(rush, customers, definitions):
    assert list(traffic(customers, definitions, seed=0)) == rush
    assert list(traffic(customers, definitions, seed=1)) != rush


def test_the_sides_take_turns_and_make_as_many_records_as_they_delete(rush):
    assert [edit.side for edit in rush] == list(Side) * EACH
    acts = Counter((edit.side, edit.act) for edit in rush)
    assert {acts[side, act] for side in Side for act in (Act.CREATE, Act.DELETE)} == {SWAPS}


def test_nobody_edits_what_somebody_deletes_in_the_storm_or_before(rush, customers, definitions):
    story = edits(customers, definitions, now=datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    gone = [edit.key for edit in (*rush, *story) if edit.act is Act.DELETE]
    touched = [edit.key for edit in rush if edit.act is not Act.DELETE]
    assert len(set(gone)) == len(gone)
    assert not set(gone) & set(touched)


def test_both_sides_meet_in_the_same_fields(rush):
    sides = {}
    for edit in rush:
        sides.setdefault((edit.key, edit.shown), set()).add(edit.side)
    assert sum(len(met) == len(Side) for met in sides.values()) > EACH // 10


def test_no_two_changes_say_the_same(rush):
    said = Counter((edit.shown, edit.values[edit.shown]) for edit in rush if edit.act is Act.CHANGE)
    assert max(said.values()) == 1


def test_only_fields_are_edited_that_both_sides_may_change_and_nobody_is_asked_about(rush):
    mappings = load(ROOT / "mappings")
    fields = {(edit.noun, column) for edit in rush for column in edit.values}
    for noun, column in fields:
        field = mappings[noun].field(column)
        assert (field.direction, field.conflict) == (Direction.BOTH, Policy.THEIRS)


def test_every_edit_finds_its_record_or_makes_it(rush, customers, definitions):
    known = {draft.key for draft in drafts(customers, definitions)}
    for edit in rush:
        assert (edit.key in known) is (edit.act is not Act.CREATE)
        assert set(edit.points.values()) <= known | {edit.by}


def test_with_a_small_cast_records_only_change(customers, definitions):
    small = list(traffic(customers[:CAST], definitions, each=40))
    assert {edit.act for edit in small} == {Act.CHANGE}
    assert len(small) == 80
