"""What a describe says, in the words of the check."""

from __future__ import annotations

from typing import Any

import pytest

from service.mapping.described import DescribedField, DescribedObject, described_from_describe

FIELD: dict[str, Any] = {
    "name": "Notes__c",
    "type": "textarea",
    "length": 32768,
    "scale": 0,
    "createable": True,
    "updateable": False,
    "filterable": False,
    "externalId": False,
    "unique": False,
    "nillable": True,
    "defaultedOnCreate": False,
    "calculated": False,
    "referenceTo": [],
}


def described(**changes: Any) -> DescribedField:
    describe = {
        "name": "Plan__c",
        "createable": True,
        "updateable": True,
        "deletable": False,
        "fields": [{**FIELD, **changes}],
    }
    plan = described_from_describe([describe])["Plan__c"]
    (field,) = plan.fields.values()
    assert plan == DescribedObject(name="Plan__c", fields={field.name: field}, deletable=False)
    return field


def test_a_describe_is_read_with_objects_fields_and_rights() -> None:
    assert described() == DescribedField(
        name="Notes__c", type="textarea", length=32768, updateable=False, filterable=False
    )


def test_a_rich_text_area_is_told_from_a_plain_one() -> None:
    assert described(htmlFormatted=True).type == "html"
    assert described(htmlFormatted=True, type="string").type == "string"


def test_a_reference_keeps_every_object_that_it_may_point_at() -> None:
    assert described(type="reference", referenceTo=["Group", "User"]).reference_to == ("Group", "User")


@pytest.mark.parametrize(
    ("changes", "required"),
    [
        ({"nillable": False}, True),
        ({"nillable": False, "defaultedOnCreate": True}, False),
        ({"nillable": False, "createable": False}, False),
        ({"nillable": True}, False),
    ],
)
def test_a_field_is_required_where_a_new_record_must_bring_it(changes: dict[str, Any], required: bool) -> None:
    assert described(**changes).required is required
