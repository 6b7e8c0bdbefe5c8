"""The edits of the story: on records that exist, apart from each other but for one meeting and one conflict."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from service.demo.edits import CAST, Act, Side, edits
from service.demo.plans import drafts


@pytest.fixture(scope="module")
def story(customers, definitions):
    return list(edits(customers, definitions, now=datetime(2026, 3, 2, 9, 30, tzinfo=UTC)))


def test_both_sides_create_change_and_delete(story):
    kinds = {(edit.side, edit.act) for edit in story}
    assert kinds == {(side, act) for side in Side for act in Act}


def test_every_paying_customer_gets_its_mrr(story, customers):
    computed = {edit.key: edit.values["mrr"] for edit in story if "mrr" in edit.values}
    assert computed == {customer.account.id: customer.mrr for customer in customers}


def test_exactly_one_field_is_changed_on_both_sides(story):
    changed = Counter((edit.noun, edit.key, column) for edit in story for column in edit.values)
    assert [key for key, times in changed.items() if times > 1] == [
        ("success_plan", f"{_ninth(story)}/plan", "next_business_review")
    ]


def test_every_edit_finds_its_record_or_makes_it(story, customers, definitions):
    known = {draft.key for draft in drafts(customers, definitions)}
    for edit in story:
        assert (edit.key in known) is (edit.act is not Act.CREATE)


def test_the_cast_is_as_large_as_the_story_needs(customers, definitions):
    now = datetime(2026, 3, 2, tzinfo=UTC)
    assert len(list(edits(customers[:CAST], definitions, now=now))) == 12 + CAST
    with pytest.raises(ValueError, match="not enough values"):
        list(edits(customers[: CAST - 1], definitions, now=now))


def _ninth(story):
    return next(edit.key for edit in story if edit.noun == "success_plan").partition("/")[0]
