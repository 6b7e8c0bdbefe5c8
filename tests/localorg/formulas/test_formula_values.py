"""What formulas give, function by function, in the examples of Salesforce's formula reference."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from service.localorg.formulas.compile import Context, compile_formula
from service.localorg.records.values import from_python
from service.localorg.schema.model import Field, Type

TYPES = {
    "Text__c": Type.STRING,
    "Number__c": Type.DOUBLE,
    "Other__c": Type.CURRENCY,
    "Percent__c": Type.PERCENT,
    "Flag__c": Type.BOOLEAN,
    "Day__c": Type.DATE,
    "End__c": Type.DATE,
    "Moment__c": Type.DATETIME,
    "Pick__c": Type.PICKLIST,
    "Tags__c": Type.MULTIPICKLIST,
    "Plan__r.Account__c": Type.REFERENCE,
}
NOON = Context(now=datetime(2026, 3, 1, 12, 0, tzinfo=UTC), time_zone="UTC")


def resolve(path: str) -> Field | None:
    type_ = TYPES.get(path)
    return Field(name=path, label=path, type=type_) if type_ else None


def value(formula: str, context: Context = NOON, *, blank_as_zero: bool = False, **fields: Any) -> Any:
    compiled = compile_formula(formula, sobject="Thing__c", resolve=resolve, blank_as_zero=blank_as_zero)
    return compiled.evaluate(fields.get, context)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("2 ^ 3 ^ 2", 64),
        ("-2 ^ 2", -4),
        ("10 - 4 - 3", 3),
        ("7 / 2", 3.5),
        ("0.1 + 0.2 = 0.3", True),
        ("+3 - -3", 6),
        ("1 < 2 && 2 <= 2 && 3 > 2 && 2 >= 2", True),
        ("1 <> 1 || 1 != 2", True),
        ("1 == 1", True),
        ("!(1 = 2)", True),
        ("TRUE || FALSE && FALSE", True),
        ('"a" & "b" + "c"', "abc"),
        ("'it\\'s' & \"\\n\"", "it's\n"),
        ('"A" = "a"', False),
        ("/* why */ 1 + /* and\nhow */ 1", 2),
    ],
)
def test_operators_bind_and_compare_as_documented(formula: str, expected: object) -> None:
    assert value(formula) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("AND(TRUE, 1 = 1, TRUE)", True),
        ("OR(FALSE, 1 = 2)", False),
        ("NOT(FALSE)", True),
        ('IF(1 = 1, "yes", "no")', "yes"),
        ('IF(1 = 2, "yes", NULL)', None),
        ('CASE(2, 1, "one", 2, "two", "many")', "two"),
        ('CASE(3, 1, "one", 2, "two", "many")', "many"),
        ("LEN(TRIM('  abc '))", 3),
        ("LEFT('abcdef', 2) & RIGHT('abcdef', 2) & MID('abcdef', 3, 2)", "abefcd"),
        ("RIGHT('abc', 0)", None),
        ("CONTAINS('abc', 'bc')", True),
        ("BEGINS('abc', 'ab')", True),
        ("SUBSTITUTE('a-b-c', '-', '')", "abc"),
        ("UPPER('ab') & LOWER('CD')", "ABcd"),
        ("FIND('b', 'abcb')", 2),
        ("FIND('b', 'abcb', 3)", 4),
        ("FIND('x', 'abcb')", 0),
        ("LPAD('7', 3, '0') & RPAD('7', 3, 'x') & LPAD('1234', 2)", "0077xx12"),
        ("REGEX('999-99', '[0-9]{3}-[0-9]{2}')", True),
        ("REGEX('999-999', '[0-9]{3}-[0-9]{2}')", False),
        ("VALUE(' 12.50 ')", 12.5),
        ("ISNUMBER('1e')", False),
        ("TEXT(12.50)", "12.5"),
        ("TEXT(1000000)", "1000000"),
        ("TEXT(DATE(2026, 1, 31))", "2026-01-31"),
        ("TEXT(NOW())", "2026-03-01 12:00:00Z"),
    ],
)
def test_logic_and_text_functions(formula: str, expected: object) -> None:
    assert value(formula) == expected


@pytest.mark.parametrize(
    ("short", "long"),
    [("001A0000006Vm9u", "001A0000006Vm9uIAC"), ("0015000000K2Tyz", "0015000000K2TyzAAF"), ("001", "001")],
)
def test_a_case_safe_id_carries_its_checksum(short: str, long: str) -> None:
    assert value(f"CASESAFEID('{short}')") == long


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("MIN(3, 1, 2) + MAX(3, 1, 2)", 4),
        ("ABS(-3)", 3),
        ("ROUND(2.5, 0)", 3),
        ("ROUND(-2.5, 0)", -3),
        ("ROUND(225.49823, 2)", 225.5),
        ("ROUND(225.49823, -2)", 200),
        ("FLOOR(2.5)", 2),
        ("FLOOR(-2.5)", -2),
        ("CEILING(2.5)", 3),
        ("CEILING(-2.5)", -3),
        ("MFLOOR(-2.5)", -3),
        ("MCEILING(-2.5)", -2),
        ("MOD(7, 3)", 1),
    ],
)
def test_number_functions_round_as_documented(formula: str, expected: float) -> None:
    assert value(formula) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("TODAY()", date(2026, 3, 1)),
        ("TODAY() + 1.9", date(2026, 3, 2)),
        ("1 + TODAY()", date(2026, 3, 2)),
        ("TODAY() - 1", date(2026, 2, 28)),
        ("DATE(2026, 3, 1) - DATE(2026, 2, 1)", 28),
        ("NOW() + 0.5", datetime(2026, 3, 2, 0, 0, tzinfo=UTC)),
        ("DATETIMEVALUE('2026-03-01 18:00:00') - NOW()", 0.25),
        ("DATEVALUE('2026-02-28')", date(2026, 2, 28)),
        ("DATEVALUE(NOW())", date(2026, 3, 1)),
        ("YEAR(TODAY()) * 10000 + MONTH(TODAY()) * 100 + DAY(TODAY())", 20260301),
        ("WEEKDAY(DATE(2026, 3, 1))", 1),
        ("ADDMONTHS(DATE(2026, 1, 31), 1)", date(2026, 2, 28)),
        ("ADDMONTHS(DATE(2026, 2, 28), 1)", date(2026, 3, 31)),
        ("ADDMONTHS(DATE(2026, 1, 30), 1)", date(2026, 2, 28)),
        ("ADDMONTHS(DATE(2026, 1, 15), -13)", date(2024, 12, 15)),
        ("DATE(2026, 1, 1) < TODAY()", True),
    ],
)
def test_dates_are_counted_in_days_and_months(formula: str, expected: object) -> None:
    assert value(formula) == expected


def test_today_is_the_day_in_the_time_zone_of_the_context() -> None:
    late = Context(now=datetime(2026, 3, 1, 23, 30, tzinfo=UTC), time_zone="Europe/Berlin")
    assert value("TODAY()", late) == date(2026, 3, 2)
    assert value("DATEVALUE(Moment__c)", late, Moment__c=late.now) == date(2026, 3, 2)


@pytest.mark.parametrize(
    "formula",
    [
        "1 / 0",
        "Number__c / Other__c",
        "MOD(1, 0)",
        "VALUE('abc')",
        "DATE(2026, 2, 30)",
        "DATEVALUE('soon')",
        "DATETIMEVALUE('soon')",
        "10 ^ 999999999",
        "REGEX('a', '(')",
        "ADDMONTHS(DATE(9999, 12, 1), 1)",
        "TODAY() + 99999999",
    ],
)
def test_what_the_screen_shows_as_an_error_is_null_to_the_api(formula: str) -> None:
    assert value(formula, Number__c=1.0, Other__c=0.0) is None


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("Number__c + 1", None),
        ("-Number__c", None),
        ("ABS(Number__c)", None),
        ("MAX(Number__c, 1)", None),
        ("Number__c < 1", False),
        ("NOT(Number__c < 1)", True),
        ("Number__c = NULL", True),
        ("Number__c = 0", False),
        ("ISBLANK(Number__c)", True),
        ("ISNULL(Number__c)", True),
        ("BLANKVALUE(Number__c, 5)", 5),
        ("NULLVALUE(Number__c, 5)", 5),
        ("Day__c + 1", None),
        ("ISBLANK(Day__c)", True),
        ("Day__c = TODAY()", False),
        ("YEAR(Day__c)", None),
        ("DATEVALUE(Moment__c)", None),
        ("DATEVALUE(Text__c)", None),
        ("DATETIMEVALUE(Text__c)", None),
        ("VALUE(Text__c)", None),
        ("Text__c", None),
        ("Text__c & 'x'", "x"),
        ("Text__c = ''", True),
        ("Text__c = NULL", True),
        ("Text__c <> 'x'", True),
        ("LEN(Text__c)", 0),
        ("ISBLANK(Text__c)", True),
        ("ISNULL(Text__c)", False),
        ("NULLVALUE(Text__c, 'x')", None),
        ("BLANKVALUE(Text__c, 'x')", "x"),
        ("Flag__c", False),
        ("Flag__c = FALSE", True),
        ("ISPICKVAL(Pick__c, '')", True),
        ("TEXT(Pick__c) & 'x'", "x"),
        ("TEXT(Number__c)", None),
        ("CASE(Pick__c, 'A', 1, 2)", 2),
        ("INCLUDES(Tags__c, 'A')", False),
        ("ISBLANK(Tags__c)", True),
        ("Plan__r.Account__c = ''", True),
    ],
)
def test_blank_fields_stay_blank(formula: str, expected: object) -> None:
    assert value(formula) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("Number__c + 1", 1),
        ("Number__c < 1", True),
        ("Number__c = 0", True),
        ("ISBLANK(Number__c)", False),
        ("Day__c + 1", None),
    ],
)
def test_blank_numbers_are_zero_where_the_formula_says_so(formula: str, expected: object) -> None:
    assert value(formula, blank_as_zero=True) == expected


def test_picklists_are_read_through_their_functions() -> None:
    assert value("ISPICKVAL(Pick__c, 'Open')", Pick__c="Open") is True
    assert value("ISPICKVAL(Pick__c, 'open')", Pick__c="Open") is False
    assert value("TEXT(Pick__c) & '!'", Pick__c="Open") == "Open!"
    assert value("CASE(Pick__c, 'Open', 1, 'Closed', 2, 3)", Pick__c="Closed") == 2
    assert value("INCLUDES(Tags__c, 'B')", Tags__c="A;B") is True
    assert value("INCLUDES(Tags__c, 'A;B')", Tags__c="A;B") is False


def test_a_percent_is_a_ratio_inside_a_formula() -> None:
    assert value("Percent__c * 2", Percent__c=40.0) == 0.8


def test_only_the_chosen_branch_is_evaluated() -> None:
    assert value("IF(Number__c = 0, 0, 1 / Number__c)", Number__c=0.0) == 0
    assert value("AND(Number__c <> 0, 1 / Number__c > 0)", Number__c=0.0) is False


def test_changes_are_seen_against_the_record_before() -> None:
    before = Context(now=NOON.now, time_zone="UTC", prior={"Number__c": 1.0, "Pick__c": "Open"}.get)
    assert value("ISCHANGED(Number__c)", before, Number__c=2.0) is True
    assert value("ISCHANGED(Number__c)", before, Number__c=1.0) is False
    assert value("ISCHANGED(Text__c)", before) is False
    assert value("PRIORVALUE(Number__c)", before, Number__c=2.0) == 1
    assert value("ISPICKVAL(PRIORVALUE(Pick__c), 'Open')", before, Pick__c="Closed") is True
    assert value("ISNEW()", before) is False


def test_a_new_record_was_always_as_it_is() -> None:
    new = Context(now=NOON.now, time_zone="UTC", is_new=True)
    assert value("ISNEW()", new) is True
    assert value("ISCHANGED(Number__c)", new, Number__c=2.0) is False
    assert value("PRIORVALUE(Number__c)", new, Number__c=2.0) == 2


def test_permissions_and_the_user_come_from_the_context() -> None:
    allowed = Context(now=NOON.now, time_zone="UTC", permission={"Edit": True}.__contains__)
    assert value("$Permission.Edit", allowed) is True
    assert value("$Permission.Other", allowed) is False
    assert value("$Permission.Edit") is False
    assert (
        compile_formula("$User.Id = ''", sobject="T", resolve=resolve).evaluate({"$User.Id": "005"}.get, NOON) is False
    )


def test_a_formula_names_what_it_reads_once() -> None:
    compiled = compile_formula(
        "Number__c + number__c + IF($Permission.X, 1, LEN(Plan__r.Account__c))", sobject="T", resolve=resolve
    )
    assert compiled.references == ("Number__c", "Plan__r.Account__c")
    assert compiled.globals == ("$Permission.X",)


PROGRESS = (
    "IF(OR(ISBLANK(Number__c), ISBLANK(Other__c), Number__c = Other__c), 0,"
    " MAX(0, MIN(1, (Number__c - 1000000) / (Other__c - 1000000))))"
)


@pytest.mark.req("OB-67")
@pytest.mark.parametrize(
    ("current", "progress"), [(1_100_000, 40.0), (1_300_000, 100.0), (900_000, 0.0), (1_083_333, 33.33), (None, 0.0)]
)
def test_a_percent_formula_is_shown_in_percent_rounded_to_its_scale(current: float | None, progress: float) -> None:
    formula = compile_formula(PROGRESS, sobject="T", resolve=resolve)
    field = Field(name="P__c", label="P", type=Type.PERCENT, scale=2, formula=formula)
    assert from_python(field, formula.evaluate({"Number__c": current, "Other__c": 1_250_000.0}.get, NOON)) == progress
