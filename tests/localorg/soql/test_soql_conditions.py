"""Every comparison and set operator of SOQL, with blanks, case and escapes."""

from __future__ import annotations

import pytest

from tests.localorg.soql.conftest import Find

ALL = ["Alba", "Bora", "Ciao", "Dora", "Emma", "Fado"]


def but(*names: str) -> list[str]:
    return [name for name in ALL if name not in names]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Name = 'Alba'", ["Alba"]),
        ("Name = 'ALBA'", ["Alba"]),
        ("name = 'alba'", ["Alba"]),
        ("Boat__c.Name = 'Alba'", ["Alba"]),
        ("Builder__c = 'bavaria'", ["Alba", "Bora"]),
        ("Builder__c != 'bavaria'", but("Alba", "Bora")),
        ("Builder__c <> 'bavaria'", but("Alba", "Bora")),
        ("Builder__c = null", ["Ciao"]),
        ("Builder__c != null", but("Ciao")),
        ("Builder__c = ''", []),
        ("Serial__c = 'a-1'", ["Alba"]),
        ("Name < 'bora'", ["Alba"]),
        ("Name <= 'bora'", ["Alba", "Bora"]),
        ("Name > 'emma'", ["Fado"]),
        ("Name >= 'emma'", ["Emma", "Fado"]),
    ],
)
def test_text_is_compared_without_regard_to_case_unless_its_field_says_so(
    find: Find, where: str, names: list[str]
) -> None:
    assert find(where) == names


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Length__c = 7", ["Bora", "Fado"]),
        ("Length__c = 7.00", ["Bora", "Fado"]),
        ("Length__c != 7", but("Bora", "Fado")),
        ("Length__c < 7", ["Dora", "Emma"]),
        ("Length__c <= 7", ["Bora", "Dora", "Emma", "Fado"]),
        ("Length__c > 7", ["Alba"]),
        ("Length__c >= 1.05e1", ["Alba"]),
        ("Value__c > -1", but("Ciao", "Fado")),
        ("Length__c = null", ["Ciao"]),
        ("Length__c < null", []),
        ("Value__c = 0", ["Dora"]),
        ("Value__c IN (0, 1000, null)", but("Bora")),
        ("Licensed__c = true", but("Bora", "Dora")),
        ("Licensed__c = FALSE", ["Bora", "Dora"]),
        ("Licensed__c != true", ["Bora", "Dora"]),
        ("Licensed__c = null", []),
    ],
)
def test_numbers_and_checkboxes_are_compared_by_value(find: Find, where: str, names: list[str]) -> None:
    assert find(where) == names


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Name LIKE 'a%'", ["Alba"]),
        ("Name LIKE '%O%'", ["Bora", "Ciao", "Dora", "Fado"]),
        ("Name LIKE '_ora'", ["Bora", "Dora"]),
        ("Name LIKE 'ora'", []),
        ("Serial__c LIKE '100\\%%'", ["Ciao"]),
        ("Serial__c LIKE '1__\\%\\_a'", ["Ciao"]),
        ("Serial__c LIKE '\\%%'", []),
        ("Serial__c LIKE 'A\\_1'", []),
        ("Builder__c LIKE '%\\\\%'", ["Dora"]),
        ("Builder__c LIKE 'O\\'N%'", ["Dora"]),
        ("Builder__c LIKE null", []),
        ("NOT Name LIKE 'a%'", but("Alba")),
        ("(NOT Builder__c LIKE 'bav%')", but("Alba", "Bora")),
        ("Kind__c LIKE 's%'", ["Alba", "Emma"]),
    ],
)
def test_like_knows_two_wildcards_and_their_escapes(find: Find, where: str, names: list[str]) -> None:
    assert find(where) == names


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Builder__c = 'O\\'Neil \\\\ Co'", ["Dora"]),
        ("Builder__c = 'O\\u0027Neil \\\\ Co'", ["Dora"]),
        ("Builder__c = '\\n'", []),
    ],
)
def test_escapes_in_strings_are_read(find: Find, where: str, names: list[str]) -> None:
    assert find(where) == names


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Name IN ('alba', 'Bora')", ["Alba", "Bora"]),
        ("Name NOT IN ('alba', 'Bora')", but("Alba", "Bora")),
        ("Kind__c IN ('Sail')", ["Alba", "Emma"]),
        ("Kind__c NOT IN ('Sail')", but("Alba", "Emma")),
        ("Kind__c IN ('Sail', null)", ["Alba", "Dora", "Emma"]),
        ("Kind__c NOT IN ('Sail', null)", ["Bora", "Ciao", "Fado"]),
        ("Kind__c IN (null)", ["Dora"]),
        ("Built_On__c IN (2020-01-15, THIS_YEAR, null)", ["Alba", "Ciao", "Dora"]),
    ],
)
def test_sets_take_blanks_for_values(find: Find, where: str, names: list[str]) -> None:
    assert find(where) == names


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Colours__c = 'Red'", ["Bora"]),
        ("Colours__c = 'Blue;Red'", ["Alba"]),
        ("Colours__c = 'blue;RED'", ["Alba"]),
        ("Colours__c != 'Red;Blue'", but("Alba")),
        ("Colours__c = null", ["Ciao", "Fado"]),
        ("Colours__c != null", but("Ciao", "Fado")),
        ("Colours__c IN ('Red', 'Blue;Red')", ["Alba", "Bora"]),
        ("Colours__c INCLUDES ('Red')", ["Alba", "Bora", "Dora"]),
        ("Colours__c INCLUDES ('red')", ["Alba", "Bora", "Dora"]),
        ("Colours__c INCLUDES ('Red;Blue')", ["Alba", "Dora"]),
        ("Colours__c INCLUDES ('Red;Green', 'Green')", ["Dora", "Emma"]),
        ("Colours__c INCLUDES ('Re')", []),
        ("Colours__c INCLUDES ('')", []),
        ("Colours__c EXCLUDES ('Red')", ["Ciao", "Emma", "Fado"]),
        ("Colours__c EXCLUDES ('Red;Green', 'Green')", ["Alba", "Bora", "Ciao", "Fado"]),
    ],
)
def test_multi_selects_are_sets(find: Find, where: str, names: list[str]) -> None:
    assert find(where) == names


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Kind__c = 'Sail' AND Length__c > 1", ["Alba"]),
        ("Kind__c = 'Motor' OR Kind__c = 'Row' OR Name = 'Fado'", ["Bora", "Ciao", "Fado"]),
        ("Kind__c = 'Sail' AND (Length__c < 1 OR Length__c > 100)", ["Emma"]),
        ("(Kind__c = 'Sail' AND Length__c < 1) OR Name = 'Bora'", ["Bora", "Emma"]),
        ("NOT Kind__c = 'Sail'", but("Alba", "Emma")),
        ("NOT (Kind__c = 'Sail' OR Kind__c = null)", ["Bora", "Ciao", "Fado"]),
        ("NOT (Length__c < 7)", but("Dora", "Emma")),
        ("NOT (Length__c < 7 AND Name != 'Emma')", but("Dora")),
        ("NOT (NOT Length__c < 7)", ["Dora", "Emma"]),
        ("(NOT Length__c < 7) AND Name < 'C'", ["Alba", "Bora"]),
        ("(((Name = 'Alba')))", ["Alba"]),
    ],
)
def test_logic_is_two_valued(find: Find, where: str, names: list[str]) -> None:
    assert find(where) == names


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Harbour__r.Name = 'kiel'", ["Alba", "Ciao"]),
        ("Harbour__r.Name != 'kiel'", ["Bora", "Dora", "Emma", "Fado"]),
        ("Harbour__r.Name = null", ["Dora", "Fado"]),
        ("Harbour__c = null", ["Dora", "Fado"]),
        ("Harbour__r.Region__c IN ('South')", ["Bora", "Emma"]),
        ("Account__r.Owner.Name = 'Ada Admin' AND Harbour__r.Code__c = 'KI'", ["Alba", "Ciao"]),
        ("Owner.Name = 'Ada Admin' AND Owner.Type = 'User' AND Name = 'Alba'", ["Alba"]),
        ("CreatedBy.Username = 'admin@example.com' AND Name = 'Alba'", ["Alba"]),
    ],
)
def test_conditions_reach_over_parents(find: Find, where: str, names: list[str]) -> None:
    assert find(where) == names


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Half_Full__c = 40", ["Alba"]),
        ("Half_Full__c = 0", ["Ciao", "Dora", "Emma", "Fado"]),
        ("Label__c = 'alba OF kiel!'", ["Alba"]),
        ("Label__c LIKE '% of nice'", ["Bora", "Emma"]),
        ("NOT Label__c LIKE '%!'", but("Alba")),
    ],
)
def test_formula_fields_are_compared_like_stored_ones(find: Find, where: str, names: list[str]) -> None:
    assert find(where) == names


def test_ids_of_both_lengths_find_their_record(ask, find: Find) -> None:  # type: ignore[no-untyped-def]
    (record,) = ask("SELECT Id FROM Boat__c WHERE Name = 'Alba'")
    assert find(f"Id = '{record['Id']}'") == ["Alba"]
    assert find(f"Id = '{record['Id'][:15]}'") == ["Alba"]
    assert find(f"Id IN ('{record['Id'][:15]}', '{record['Id']}')") == ["Alba"]
    assert find(f"Id != '{record['Id']}'") == but("Alba")
    assert find(f"Id = '{record['Id'][:15].swapcase()}'") == []


def test_a_condition_of_thousands_of_parts_is_answered(find: Find) -> None:
    where = " OR ".join(f"Length__c = {n}" for n in range(2_000))
    assert find(where) == ["Bora", "Fado"]


def test_a_set_of_thousands_of_values_is_answered(find: Find) -> None:
    values = ", ".join(f"'Boat {n}'" for n in range(5_000))
    assert find(f"Name IN ({values}, 'Alba')") == ["Alba"]
