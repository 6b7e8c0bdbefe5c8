"""Values of every type, in and out."""

from __future__ import annotations

from typing import Any

import pytest

from service.localorg.errors import Refusal
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor
from service.localorg.records.values import from_python, round_half_up, to_csv, to_json, to_stored
from service.localorg.schema.model import Field, Picklist, Type


def round_trip(org: LocalOrg, actor: Actor, field: str, value: Any) -> Any:
    record_id = org.writer.create(actor, "Boat__c", {"Name": "Ada", field: value})
    return org.reader.read_row(actor, "Boat__c", record_id, [field])[field]


@pytest.mark.req("P12")
@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("Notes__c", "  two  words \n", "two  words"),
        ("Notes__c", "NA", "NA"),
        ("Notes__c", "null", "null"),
        ("Notes__c", "#N/A", "#N/A"),
        ("Notes__c", "", None),
        ("Notes__c", "   ", None),
        ("Notes__c", "⛵ 🏴‍☠️ naïve", "⛵ 🏴‍☠️ naïve"),
        ("Notes__c", "x" * 32768, "x" * 32768),
        ("Story__c", "<p>a  <b>b</b></p>", "<p>a  <b>b</b></p>"),
        ("Value__c", 0, 0.0),
        ("Length__c", "12.5", 12.5),
        ("Length__c", 12.345, 12.35),
        ("Length__c", 1.005, 1.01),
        ("Length__c", None, None),
        ("Value__c", 0.0001, 0.0001),
        ("Value__c", 123456789.1234, 123456789.1234),
        ("Fill__c", -3.5, -3.5),
        ("Licensed__c", False, False),
        ("Licensed__c", "TRUE", True),
        ("Built_On__c", "2024-02-29", "2024-02-29"),
        ("Built_On__c", None, None),
        ("Launched_At__c", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000+0000"),
        ("Launched_At__c", "2026-01-02T03:04:05.678+0000", "2026-01-02T03:04:05.000+0000"),
        ("Launched_At__c", "2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05.000+0000"),
        ("Launched_At__c", "2026-01-02T03:04:05-0530", "2026-01-02T08:34:05.000+0000"),
        ("Launched_At__c", "2026-01-02", "2026-01-02T00:00:00.000+0000"),
        ("Kind__c", "Submarine", "Submarine"),
        ("Colours__c", "Blue;Red", "Red;Blue"),
        ("Colours__c", "Blue; Blue;", "Blue"),
        ("Colours__c", ";", None),
        ("Email__c", " o'neil+x@mail.example.co ", "o'neil+x@mail.example.co"),
    ],
)
def test_a_value_is_read_back_in_canonical_form(
    boats: LocalOrg, sailor: Actor, field: str, given: Any, kept: Any
) -> None:
    assert round_trip(boats, sailor, field, given) == kept


@pytest.mark.parametrize(
    ("field", "value", "code", "message"),
    [
        ("Notes__c", "x" * 32769, "STRING_TOO_LONG", "Notes: data value too large: "),
        ("Builder__c", "x" * 41, "STRING_TOO_LONG", f"Builder: data value too large: {'x' * 41} (max length=40)"),
        (
            "Length__c",
            1000,
            "NUMBER_OUTSIDE_VALID_RANGE",
            "Length: value outside of valid range on numeric field: 1000",
        ),
        ("Length__c", 999.999, "NUMBER_OUTSIDE_VALID_RANGE", "Length: value outside of valid range"),
        ("Harbour__c", "abc", "MALFORMED_ID", "Harbour: id value of incorrect type: abc"),
        ("Colours__c", "Red;Pink", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Colours: bad value for restricted"),
        ("Colours__c", "Mauve", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Colours: bad value for restricted"),
        ("Email__c", "nobody", "INVALID_EMAIL_ADDRESS", "Email: invalid email address: nobody"),
        ("Email__c", "a@b", "INVALID_EMAIL_ADDRESS", "Email: invalid email address: a@b"),
        ("Licensed__c", None, "INVALID_TYPE_ON_FIELD_IN_RECORD", "Licensed: value not of required type"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_its_field(
    boats: LocalOrg, sailor: Actor, field: str, value: Any, code: str, message: str
) -> None:
    with pytest.raises(Refusal) as refused:
        boats.writer.create(sailor, "Boat__c", {"Name": "Ada", field: value})
    assert (refused.value.code, refused.value.fields) == (code, (field,))
    assert refused.value.message.startswith(message)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("Name", 5, "instance of string from VALUE_NUMBER_INT value 5"),
        ("Notes__c", True, "instance of string from VALUE_TRUE value true"),
        ("Colours__c", ["Red"], "instance of string from START_ARRAY value ["),
        ("Length__c", "long", "instance of double from VALUE_STRING value long"),
        ("Length__c", True, "instance of double from VALUE_TRUE value true"),
        ("Licensed__c", 1, "instance of boolean from VALUE_NUMBER_INT value 1"),
        ("Licensed__c", "yes", "instance of boolean from VALUE_STRING value yes"),
        ("Built_On__c", "1/2/2026", "instance of date from VALUE_STRING value 1/2/2026"),
        ("Built_On__c", "2026-02-30", "instance of date from VALUE_STRING value 2026-02-30"),
        ("Built_On__c", "0001-01-01", "instance of date from VALUE_STRING value 0001-01-01"),
        ("Launched_At__c", "2026-01-02T03:04:05", "instance of datetime from VALUE_STRING value 2026-01-02T03:04:05"),
        ("Launched_At__c", 1.5, "instance of datetime from VALUE_NUMBER_FLOAT value 1.5"),
        ("Harbour__c", 5, "instance of string from VALUE_NUMBER_INT value 5"),
    ],
)
def test_a_value_of_the_wrong_json_type_is_refused_by_the_parser(
    boats: LocalOrg, sailor: Actor, field: str, value: Any, message: str
) -> None:
    with pytest.raises(Refusal, match="JSON_PARSER_ERROR") as refused:
        boats.writer.create(sailor, "Boat__c", {"Name": "Ada", field: value})
    assert message in refused.value.message


def test_numbers_are_rounded_half_away_from_zero() -> None:
    assert [round_half_up(x, 2) for x in (0.125, -0.125, 2.675, -0.001)] == [0.13, -0.13, 2.68, 0.0]


@pytest.mark.req("P12")
@pytest.mark.parametrize(
    ("kind", "stored", "csv"),
    [
        (Type.BOOLEAN, 1, "true"),
        (Type.BOOLEAN, 0, "false"),
        (Type.STRING, None, ""),
        (Type.STRING, "a,b", "a,b"),
        (Type.DOUBLE, 5.0, "5.0"),
        (Type.DOUBLE, 0.0001, "0.0001"),
        (Type.DOUBLE, 123456789012345.0, "123456789012345.0"),
        (Type.INT, 7, "7"),
        (Type.DATE, "2026-01-02", "2026-01-02"),
        (Type.DATETIME, "2026-01-02T03:04:05.000Z", "2026-01-02T03:04:05.000Z"),
    ],
)
def test_bulk_writes_values_its_own_way(kind: Type, stored: Any, csv: str) -> None:
    assert to_csv(Field(name="F", label="F", type=kind), stored) == csv


def test_whole_number_fields_are_whole_in_json() -> None:
    field = Field(name="F", label="F", type=Type.INT, precision=8)
    kept = to_json(field, to_stored(field, 5))
    assert (kept, type(kept)) == (5, int)


def test_an_empty_formula_text_is_null() -> None:
    assert from_python(Field(name="F", label="F", type=Type.STRING), "") is None


def test_a_restricted_picklist_refuses_another_case_of_a_value() -> None:
    picklist = Picklist(values=(("Sail", "Sail"),), restricted=True)
    field = Field(name="F", label="F", type=Type.PICKLIST, length=255, picklist=picklist)
    with pytest.raises(Refusal, match="INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"):
        to_stored(field, "sail")
