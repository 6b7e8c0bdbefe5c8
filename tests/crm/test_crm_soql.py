from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.crm.errors import Unquotable
from service.crm.soql import compare, found_by, like, name, quote, select


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("Acme", "'Acme'"),
        ('O\'Neil \\ "Sons"\n', "'O\\'Neil \\\\ \\\"Sons\\\"\\n'"),
        ("😀", "'😀'"),
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.0001"), "0.0001"),
        (1e-7, "0.0000001"),
        (date(2026, 2, 28), "2026-02-28"),
        (datetime(2026, 2, 28, 23, 30, tzinfo=timezone(timedelta(hours=-1))), "2026-03-01T00:30:00Z"),
        (["a", "b"], "('a','b')"),
        ((1, None), "(1,null)"),
    ],
)
def test_a_value_is_quoted_as_its_type_wants(value, literal):
    assert quote(value) == literal


@pytest.mark.parametrize(
    "value",
    [b"bytes", object(), {"a": 1}, {1, 2}, [], (), float("nan"), float("inf"), Decimal("NaN"), [object()]],
)
def test_a_value_that_has_no_literal_is_refused(value):
    with pytest.raises(Unquotable):
        quote(value)


def test_a_datetime_without_a_zone_is_refused():
    with pytest.raises(Unquotable, match="no time zone"):
        quote(datetime(2026, 1, 1))  # noqa: DTZ001


@given(st.text())
def test_text_never_leaves_its_quotes(text):
    literal = quote(text)
    inside = literal[1:-1].replace("\\\\", "").replace("\\'", "")
    assert literal[0] == literal[-1] == "'"
    assert "'" not in inside
    assert not inside.endswith("\\")


def test_a_select_has_its_parts_in_order():
    soql = select(
        "Objective__c",
        ["Id", "Account__r.Name"],
        where=[compare("Progress__c", ">=", Decimal("0.5")), compare("Type__c", "IN", ["Internal", "External"])],
        order_by=["SystemModstamp", "Id"],
        limit=200,
    )
    assert soql == (
        "SELECT Id, Account__r.Name FROM Objective__c"
        " WHERE Progress__c >= 0.5 AND Type__c IN ('Internal','External')"
        " ORDER BY SystemModstamp, Id LIMIT 200"
    )


def test_a_semi_join_holds_what_another_query_finds():
    inner = select("PermissionSetAssignment", ["PermissionSetId"], where=[compare("AssigneeId", "=", "005A")])
    assert found_by("ParentId", inner) == f"ParentId IN ({inner})"
    with pytest.raises(Unquotable):
        found_by("Parent Id", inner)


def test_a_plain_select_has_nothing_else():
    assert select("Account", ["Id"]) == "SELECT Id FROM Account"


def test_a_select_of_nothing_is_refused():
    with pytest.raises(Unquotable, match="at least one field"):
        select("Account", [])


@pytest.mark.parametrize("text", ["Id FROM Account", "Name'", "", "1st", "a..b", "Straße", "Id\n"])
def test_a_name_that_is_none_is_refused(text):
    with pytest.raises(Unquotable, match="not an API name"):
        name(text)


@pytest.mark.parametrize(
    ("operator", "value"), [("IN", "a"), ("IN", 1), ("=", ["a"]), ("LIKE", ("a",)), ("~", "a"), ("or 1 =", 1)]
)
def test_an_operator_takes_what_it_takes(operator, value):
    with pytest.raises(Unquotable):
        compare("Name", operator, value)


def test_a_pattern_can_be_made_to_mean_itself():
    assert compare("Name", "LIKE", like("50%_\\") + "%") == r"Name LIKE '50\\%\\_\\\\%'"
