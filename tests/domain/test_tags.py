"""Tags: chosen from those that an admin keeps."""

from __future__ import annotations

import pytest

from service.domain.tags import spelled

KNOWN = ["Adoption", "ROI", "At risk"]


@pytest.mark.req("D12")
@pytest.mark.parametrize(
    ("given", "tags"),
    [("roi; ADOPTION ", "Adoption;ROI"), ("At risk", "At risk"), ("ROI;roi", "ROI"), (None, None)],
)
def test_tags_are_compared_trimmed_and_without_capitals_and_kept_as_the_org_spells_them(
    given: str | None, tags: str | None
) -> None:
    assert spelled("tags", given, KNOWN) == (tags, [])


@pytest.mark.req("CO-29")
def test_a_tag_that_is_not_in_the_list_cannot_be_used() -> None:
    tags, faults = spelled("tags", "ROI;Return;Growth", KNOWN)

    assert tags == "ROI"
    assert [(fault.field, fault.code) for fault in faults] == [("tags", "not_a_choice")] * 2
    assert "There is no tag 'Return'; choose from Adoption, At risk, ROI" in faults[0].message


def test_before_there_is_any_tag_the_way_out_is_to_add_one() -> None:
    (fault,) = spelled("tags", "{0}", [])[1]

    assert fault.message == "There is no tag '{0}'; ask an administrator to add it"
