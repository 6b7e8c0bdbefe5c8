"""What SOQL refuses, with Salesforce's codes and words."""

from __future__ import annotations

import pytest

from service.localorg.errors import Refusal
from service.localorg.soql.parser import parse
from tests.localorg.soql.conftest import Ask


@pytest.mark.parametrize(
    ("text", "token", "column"),
    [
        ("SELEC Id FROM Boat__c", "SELEC", 1),
        ("SELECT FROM Boat__c", "FROM", 8),
        ("SELECT Id", "<EOF>", 10),
        ("SELECT Id FROM", "<EOF>", 15),
        ("SELECT Id, FROM Boat__c", "FROM", 12),
        ("SELECT Id FROM Boat__c WHERE", "<EOF>", 29),
        ("SELECT Id FROM Boat__c WHERE Name", "<EOF>", 34),
        ("SELECT Id FROM Boat__c WHERE Name 'x'", "'x'", 35),
        ("SELECT Id FROM Boat__c WHERE Name = x", "x", 37),
        ("SELECT Id FROM Boat__c WHERE Name = 'x' AND", "<EOF>", 44),
        ("SELECT Id FROM Boat__c WHERE Name = 'x' OR Name = 'y' AND Name = 'z'", "AND", 55),
        ("SELECT Id FROM Boat__c WHERE Name = 'x' AND Name = 'y' OR Name = 'z'", "OR", 56),
        ("SELECT Id FROM Boat__c WHERE Name = 'x' AND NOT Name = 'y'", "NOT", 45),
        ("SELECT Id FROM Boat__c WHERE NOT Name = 'x' AND Name = 'y'", "AND", 45),
        ("SELECT Id FROM Boat__c WHERE NOT NOT Name = 'x'", "NOT", 34),
        ("SELECT Id FROM Boat__c WHERE Name NOT LIKE 'x'", "NOT", 35),
        ("SELECT Id FROM Boat__c WHERE Name IN 'x'", "'x'", 38),
        ("SELECT Id FROM Boat__c WHERE Name IN ()", ")", 39),
        ("SELECT Id FROM Boat__c WHERE Name IN ('x'", "<EOF>", 42),
        ("SELECT Id FROM Boat__c WHERE Name = :name", ":", 37),
        ("SELECT Id FROM Boat__c WHERE Colours__c INCLUDES (SELECT Id FROM Boat__c)", "SELECT", 51),
        ("SELECT Id FROM Boat__c WHERE CreatedDate = LAST_N_DAYS", "<EOF>", 55),
        ("SELECT Id FROM Boat__c WHERE CreatedDate = LAST_N_DAYS:x", "x", 56),
        ("SELECT Id FROM Boat__c WHERE CreatedDate = THIS_FISCAL_YEAR", "THIS_FISCAL_YEAR", 44),
        ("SELECT Id FROM Boat__c LIMIT 'x'", "'x'", 30),
        ("SELECT Id FROM Boat__c LIMIT -1", "-1", 30),
        ("SELECT Id FROM Boat__c LIMIT 1.5", "1.5", 30),
        ("SELECT Id FROM Boat__c LIMIT 1 WHERE Name = 'x'", "WHERE", 32),
        ("SELECT Id FROM Boat__c OFFSET 1 LIMIT 1", "LIMIT", 33),
        ("SELECT Id FROM Boat__c ORDER Name", "ORDER", 24),
        ("SELECT Id FROM Boat__c HAVING Name = 'x'", "HAVING", 24),
        ("SELECT Id FROM Boat__c ALL ROWS", "ALL", 24),
        ("SELECT Id FROM Boat__c FOR VIEW", "FOR", 24),
        ("SELECT Id FROM Boat__c USING SCOPE Mine", "USING", 24),
        ("SELECT Id FROM Boat__c WITH SECURITY_ENFORCED", "WITH", 24),
        ("SELECT Id FROM Boat__c, Boat__c.Trips__r", ",", 23),
        ("SELECT Id FROM Boat__c b c", "c", 26),
        ("SELECT (SELECT Id FROM Trips__r FROM Boat__c", "FROM", 33),
        ("SELECT COUNT(Id) limit FROM Boat__c", "limit", 18),
        ("SELECT COUNT(Id FROM Boat__c", "FROM", 17),
        ("SELECT FIELDS(SOME) FROM Boat__c", "SOME", 15),
        ("UPDATE Boat__c SET Name = 'x'", "UPDATE", 1),
    ],
)
def test_a_token_out_of_place_is_shown_with_its_position(text: str, token: str, column: int) -> None:
    with pytest.raises(Refusal) as refused:
        parse(text)
    assert refused.value.code == "MALFORMED_QUERY"
    assert refused.value.message.endswith(f"^\nERROR at Row:1:Column:{column}\nunexpected token: '{token}'")


def test_the_place_of_a_mistake_is_pointed_at() -> None:
    with pytest.raises(Refusal) as refused:
        parse("SELECT Id\nFROM Boat__c\nWHERE Name == 'x' AND Builder__c = 'someone whose name is rather long to read'")
    assert refused.value.message == (
        "\nSELECT Id FROM Boat__c WHERE Name == 'x' AND Builder__c = 'someone\n"
        "                                   ^\nERROR at Row:3:Column:13\nunexpected token: '='"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * FROM Boat__c", "line 1:7 no viable alternative at character '*'"),
        ("SELECT Id FROM Boat__c;", "line 1:22 no viable alternative at character ';'"),
        ('SELECT Id FROM Boat__c WHERE Name = "x"', "line 1:36 no viable alternative at character '\"'"),
        ("SELECT Id FROM Boat__c WHERE Name = 'x", "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Boat__c WHERE Built_On__c = 2026-02-30", "Invalid date: 2026-02-30"),
        ("SELECT Id FROM Boat__c WHERE CreatedDate = 2026-01-01T25:00:00Z", "Invalid datetime: 2026-01-01T25:00:00Z"),
        ("SELECT TYPEOF Owner WHEN User THEN Name END FROM Boat__c", "TYPEOF is not supported by this org"),
        ("SELECT COUNT(Id) FROM Boat__c GROUP BY ROLLUP(Name)", "GROUP BY ROLLUP is not supported by this org"),
        ("SELECT COUNT(Id) FROM Boat__c GROUP BY CUBE(Name)", "GROUP BY CUBE is not supported by this org"),
        ("SELECT Id FROM Boat__c WHERE " + "(" * 200 + "Name = 'x'" + ")" * 200, "conditions are nested too deeply"),
    ],
)
def test_what_is_no_soql_or_none_that_the_org_knows_is_malformed(text: str, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(text)
    assert (refused.value.code, refused.value.message.splitlines()[-1]) == ("MALFORMED_QUERY", message)


def test_a_query_beyond_the_greatest_length_is_refused() -> None:
    with pytest.raises(Refusal, match="100000 characters"):
        parse("SELECT Id FROM Boat__c WHERE Name = '" + "x" * 100_000 + "'")


NO_FIELD = (
    "No such column 'Missing__c' on entity '{}'. If you are attempting to use a custom field, be sure to append the"
    " '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names."
)
NO_PARENT = (
    "Didn't understand relationship 'Missing__r' in field path. If you are attempting to use a custom relationship, be"
    " sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for"
    " the appropriate names."
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT Missing__c FROM Boat__c", NO_FIELD.format("Boat__c")),
        ("SELECT Id FROM Boat__c WHERE Missing__c = 1", NO_FIELD.format("Boat__c")),
        ("SELECT Id FROM Boat__c ORDER BY Missing__c", NO_FIELD.format("Boat__c")),
        ("SELECT COUNT(Missing__c) FROM Boat__c", NO_FIELD.format("Boat__c")),
        ("SELECT Name FROM Boat__c GROUP BY Missing__c", NO_FIELD.format("Boat__c")),
        ("SELECT Harbour__r.Missing__c FROM Boat__c", NO_FIELD.format("Harbour__c")),
        ("SELECT Owner.Missing__c FROM Boat__c", NO_FIELD.format("Name")),
        ("SELECT (SELECT Missing__c FROM Trips__r) FROM Boat__c", NO_FIELD.format("Trip__c")),
        ("SELECT Missing__r.Name FROM Boat__c", NO_PARENT),
        ("SELECT Account__r.Missing__r.Name FROM Boat__c", NO_PARENT),
        ("SELECT Owner.Missing__r.Name FROM Boat__c", NO_PARENT),
    ],
)
def test_an_unknown_field_or_parent_is_named_with_its_object(ask: Ask, text: str, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        ask(text)
    assert (refused.value.code, refused.value.message.splitlines()[-1]) == ("INVALID_FIELD", message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT Id FROM Missing__c", "sObject type 'Missing__c' is not supported."),
        (
            "SELECT Id FROM Boat__c WHERE Id IN (SELECT Boat__c FROM Missing__c)",
            "sObject type 'Missing__c' is not supported.",
        ),
        (
            "SELECT (SELECT Id FROM Missing__r) FROM Boat__c",
            "Didn't understand relationship 'Missing__r' in FROM part of query call.",
        ),
        (
            "SELECT (SELECT Id FROM Trip__c) FROM Boat__c",
            "Didn't understand relationship 'Trip__c' in FROM part of query call.",
        ),
    ],
)
def test_an_unknown_object_or_child_is_an_invalid_type(ask: Ask, text: str, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        ask(text)
    assert refused.value.code == "INVALID_TYPE"
    assert refused.value.message.splitlines()[-1].startswith(message + " If you are attempting to use a custom")


@pytest.mark.parametrize(
    ("condition", "field", "expected"),
    [
        ("Length__c = '7'", "Length__c", "double and should not be enclosed in quotes"),
        ("Fill__c = '7'", "Fill__c", "percent and should not be enclosed in quotes"),
        ("Length__c IN ('7')", "Length__c", "double and should not be enclosed in quotes"),
        ("Name = 7", "Name", "string and should be enclosed in quotes"),
        ("Name LIKE 7", "Name", "string and should be enclosed in quotes"),
        ("Kind__c = true", "Kind__c", "string and should be enclosed in quotes"),
        ("Name = TODAY", "Name", "string and should be enclosed in quotes"),
        ("Name IN (TODAY)", "Name", "string and should be enclosed in quotes"),
        ("Email__c = 7", "Email__c", "string and should be enclosed in quotes"),
        ("Colours__c INCLUDES (7)", "Colours__c", "string and should be enclosed in quotes"),
        ("Licensed__c = 'true'", "Licensed__c", "boolean and should not be enclosed in quotes"),
        ("Licensed__c = 1", "Licensed__c", "boolean and should not be enclosed in quotes"),
        ("Built_On__c = '2020-01-15'", "Built_On__c", "date and should not be enclosed in quotes"),
        ("Built_On__c = 2020-01-15T00:00:00Z", "Built_On__c", "date and should not be enclosed in quotes"),
        ("CreatedDate = 2020-01-15", "CreatedDate", "dateTime and should not be enclosed in quotes"),
        ("CALENDAR_YEAR(CreatedDate) = '2020'", "CALENDAR_YEAR", "int and should not be enclosed in quotes"),
        ("Id = 7", "Id", "ID and should be enclosed in quotes"),
    ],
)
def test_a_value_of_the_wrong_sort_is_refused_at_its_field(ask: Ask, condition: str, field: str, expected: str) -> None:
    with pytest.raises(Refusal) as refused:
        ask(f"SELECT Id FROM Boat__c WHERE {condition}")
    assert refused.value.code == "INVALID_FIELD"
    assert refused.value.message.endswith(
        f"ERROR at Row:1:Column:30\nvalue of filter criterion for field '{field}' must be of type {expected}"
    )


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("Id LIKE 'a%'", "invalid operator on id field"),
        ("Harbour__c LIKE 'a%'", "invalid operator on reference field"),
        ("Licensed__c < true", "invalid operator on boolean field"),
        ("Length__c LIKE '1%'", "invalid operator on double field"),
        ("Built_On__c LIKE '2020%'", "invalid operator on date field"),
        ("Colours__c LIKE 'R%'", "invalid operator on multipicklist field"),
        ("Colours__c > 'R'", "invalid operator on multipicklist field"),
        ("Name INCLUDES ('R')", "invalid operator on string field"),
        ("Kind__c EXCLUDES ('Sail')", "invalid operator on picklist field"),
        ("Id = 'abc'", "invalid ID field: abc"),
        ("Harbour__c IN ('00500000000000!')", "invalid ID field: 00500000000000!"),
    ],
)
def test_an_operator_that_does_not_fit_its_field_is_refused(ask: Ask, condition: str, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        ask(f"SELECT Id FROM Boat__c WHERE {condition}")
    assert (refused.value.code, refused.value.message.splitlines()[-1]) == ("INVALID_QUERY_FILTER_OPERATOR", message)


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("SELECT Id FROM Boat__c WHERE Notes__c = 'x'", "INVALID_FIELD", "field 'Notes__c' can not be filtered in a query call"),
        ("SELECT Id FROM Boat__c ORDER BY Notes__c", "INVALID_FIELD", "field 'Notes__c' can not be sorted in a query call"),
        ("SELECT Id FROM Boat__c ORDER BY Colours__c", "INVALID_FIELD", "field 'Colours__c' can not be sorted in a query call"),
        ("SELECT COUNT(Id) FROM Boat__c GROUP BY Notes__c", "MALFORMED_QUERY", "field 'Notes__c' can not be grouped in a query call"),
        ("SELECT COUNT(Id) FROM Boat__c GROUP BY Length__c", "MALFORMED_QUERY", "field 'Length__c' can not be grouped in a query call"),
        ("SELECT COUNT(Id) FROM Boat__c GROUP BY CreatedDate", "MALFORMED_QUERY", "field 'CreatedDate' can not be grouped in a query call"),
        ("SELECT SUM(Name) FROM Boat__c", "MALFORMED_QUERY", "field Name does not support aggregate operator SUM"),
        ("SELECT MAX(Licensed__c) FROM Boat__c", "MALFORMED_QUERY", "field Licensed__c does not support aggregate operator MAX"),
        ("SELECT COUNT(Notes__c) FROM Boat__c", "MALFORMED_QUERY", "field Notes__c does not support aggregate operator COUNT"),
        ("SELECT SUM() FROM Boat__c", "MALFORMED_QUERY", "unexpected token: 'SUM'"),
        ("SELECT Name, COUNT(Id) FROM Boat__c", "MALFORMED_QUERY", "Field must be grouped or aggregated: Name"),
        ("SELECT Name FROM Boat__c GROUP BY Kind__c", "MALFORMED_QUERY", "Field must be grouped or aggregated: Name"),
        ("SELECT CALENDAR_YEAR(Built_On__c) FROM Boat__c GROUP BY Kind__c", "MALFORMED_QUERY", "Field must be grouped or aggregated: CALENDAR_YEAR(Built_On__c)"),
        ("SELECT COUNT(Id) FROM Boat__c GROUP BY Kind__c ORDER BY Name", "MALFORMED_QUERY", "Field must be grouped or aggregated: Name"),
        ("SELECT COUNT(Id) FROM Boat__c GROUP BY Kind__c HAVING Name = 'x'", "MALFORMED_QUERY", "Field must be grouped or aggregated: Name"),
        ("SELECT Kind__c FROM Boat__c GROUP BY Kind__c HAVING MIN(Id) IN (SELECT Boat__c FROM Trip__c)", "MALFORMED_QUERY", "Semi join sub-selects are not allowed in HAVING"),
        ("SELECT Kind__c, Kind__c FROM Boat__c GROUP BY Kind__c", "MALFORMED_QUERY", "duplicate alias: Kind__c"),
        ("SELECT COUNT(Id) n, MAX(Name) N FROM Boat__c", "MALFORMED_QUERY", "duplicate alias: N"),
        ("SELECT Kind__c, COUNT() FROM Boat__c GROUP BY Kind__c", "MALFORMED_QUERY", "COUNT() must be the only expression of the select list; use COUNT(Id)"),
        ("SELECT COUNT() FROM Boat__c GROUP BY Kind__c", "MALFORMED_QUERY", "COUNT() can not be used with GROUP BY or ORDER BY; use COUNT(Id)"),
        ("SELECT COUNT() FROM Boat__c ORDER BY Name", "MALFORMED_QUERY", "COUNT() can not be used with GROUP BY or ORDER BY; use COUNT(Id)"),
        ("SELECT COUNT(Id) FROM Boat__c LIMIT 1", "MALFORMED_QUERY", "Non-grouped query that uses overall aggregate functions cannot also use LIMIT"),
        ("SELECT (SELECT Id FROM Trips__r), (SELECT Name FROM Trips__r) FROM Boat__c", "MALFORMED_QUERY", "Cannot follow the same child relationship more than once"),
        ("SELECT Id FROM Boat__c WHERE Built_On__c < NEXT_N_YEARS:9000", "MALFORMED_QUERY", "date literal out of range: NEXT_N_YEARS:9000"),
        ("SELECT COUNT(Id), (SELECT Id FROM Trips__r) FROM Boat__c", "MALFORMED_QUERY", "Grouped queries can not have subqueries or FIELDS()"),
        ("SELECT COUNT(Id), FIELDS(STANDARD) FROM Boat__c", "MALFORMED_QUERY", "Grouped queries can not have subqueries or FIELDS()"),
        ("SELECT (SELECT COUNT(Id) FROM Trips__r) FROM Boat__c", "MALFORMED_QUERY", "child sub-selects can have neither aggregates nor sub-selects of their own"),
        ("SELECT (SELECT Id, (SELECT Id FROM Tickets__r) FROM Trips__r) FROM Boat__c", "MALFORMED_QUERY", "child sub-selects can have neither aggregates nor sub-selects of their own"),
        ("SELECT (SELECT Id FROM Trips__r OFFSET 1) FROM Boat__c", "MALFORMED_QUERY", "OFFSET is not supported in child sub-selects"),
        ("SELECT Name n FROM Boat__c", "MALFORMED_QUERY", "only aggregate expressions use field aliasing"),
        ("SELECT CALENDAR_YEAR(Built_On__c) FROM Boat__c", "MALFORMED_QUERY", "CALENDAR_YEAR is not supported in the select list without GROUP BY"),
        ("SELECT FORMAT(Length__c) FROM Boat__c", "MALFORMED_QUERY", "FORMAT is not supported in the select list without GROUP BY"),
        ("SELECT toLabel(Name) FROM Boat__c", "INVALID_FIELD", "toLabel can not be used on field 'Name'"),
        ("SELECT toLabel() FROM Boat__c", "MALFORMED_QUERY", "unexpected token: 'TOLABEL'"),
        ("SELECT Id, Name, Id FROM Boat__c", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT Harbour__r.Name, harbour__r.name FROM Boat__c", "INVALID_FIELD", "duplicate field selected: Harbour__r.Name"),
        ("SELECT Id, FIELDS(ALL) FROM Boat__c LIMIT 1", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT FIELDS(ALL) FROM Boat__c", "MALFORMED_QUERY", "The SOQL FIELDS function must have a LIMIT of at most 200"),
        ("SELECT FIELDS(CUSTOM) FROM Boat__c LIMIT 201", "MALFORMED_QUERY", "The SOQL FIELDS function must have a LIMIT of at most 200"),
        ("SELECT Id FROM Boat__c WHERE MADE_UP(Name) = 1", "MALFORMED_QUERY", "Unknown function: MADE_UP"),
        ("SELECT Id FROM Boat__c WHERE COUNT() = 1", "MALFORMED_QUERY", "unexpected token: 'COUNT'"),
        ("SELECT Id FROM Boat__c WHERE COUNT(Id) = 1", "MALFORMED_QUERY", "Unknown function: COUNT"),
        ("SELECT Id FROM Boat__c WHERE CALENDAR_YEAR(Name) = 1", "INVALID_FIELD", "CALENDAR_YEAR can not be used on field 'Name' of type string"),
        ("SELECT Id FROM Boat__c WHERE HOUR_IN_DAY(Built_On__c) = 1", "INVALID_FIELD", "HOUR_IN_DAY can not be used on field 'Built_On__c' of type date"),
        ("SELECT Id FROM Boat__c WHERE Name = 'a\\x'", "MALFORMED_QUERY", "Invalid string literal 'a\\x'. Illegal character sequence '\\x' in string literal 'a\\x'."),
        ("SELECT Id FROM Boat__c WHERE Name = 'a\\%'", "MALFORMED_QUERY", "Invalid string literal 'a\\%'. Illegal character sequence '\\%' in string literal 'a\\%'."),
        ("SELECT Id FROM Boat__c WHERE CreatedDate = LAST_N_DAYS:99999999", "MALFORMED_QUERY", "date literal out of range: LAST_N_DAYS:99999999"),
        ("SELECT Account__r.Parent.Parent.Parent.Parent.Parent.Name FROM Boat__c", "MALFORMED_QUERY", "field path 'Account__r.Parent.Parent.Parent.Parent.Parent.Name' leads over more than 5 parents"),
        ("SELECT " + ", ".join(["(SELECT Id FROM Trips__r)"] * 21) + ", Id FROM Boat__c", "MALFORMED_QUERY", "Maximum 20 child sub-selects are allowed."),
    ],
)  # fmt: skip
def test_what_salesforce_refuses_is_refused(ask: Ask, text: str, code: str, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        ask(text)
    assert (refused.value.code, refused.value.message.splitlines()[-1]) == (code, message)
