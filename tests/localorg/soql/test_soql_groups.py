"""Aggregates, GROUP BY and HAVING."""

from __future__ import annotations

import pytest

from service.localorg.errors import Refusal
from service.localorg.org import LocalOrg
from service.localorg.soql.run import run_query
from tests.localorg.soql.conftest import Ask


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("SELECT COUNT() FROM Boat__c", 6),
        ("SELECT count() FROM Boat__c WHERE Kind__c = 'Sail'", 2),
        ("SELECT COUNT() FROM Boat__c LIMIT 4", 4),
        ("SELECT COUNT() FROM Boat__c WHERE Harbour__r.Name = 'Kiel'", 2),
        ("SELECT COUNT() FROM Boat__c WHERE Half_Full__c > 0", 2),
    ],
)
def test_a_count_alone_gives_a_total_and_no_records(boats: LocalOrg, text: str, total: int) -> None:
    result = run_query(boats, boats.admin(), text)
    assert (result.total, list(result.records)) == (total, [])


def test_groups_are_aggregate_results(boats: LocalOrg) -> None:
    result = run_query(
        boats, boats.admin(), "SELECT Kind__c, COUNT(Id) FROM Boat__c GROUP BY Kind__c ORDER BY Kind__c LIMIT 1"
    )
    assert list(result.records) == [{"attributes": {"type": "AggregateResult"}, "Kind__c": None, "expr0": 1}]
    assert (result.total, result.columns) == (1, ("Kind__c", "expr0"))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("SELECT COUNT(Id) FROM Boat__c", [{"expr0": 6}]),
        ("SELECT COUNT(Length__c), COUNT_DISTINCT(Length__c) FROM Boat__c", [{"expr0": 5, "expr1": 4}]),
        ("SELECT SUM(Value__c) total, AVG(Length__c), MIN(Length__c), MAX(Name) FROM Boat__c", [{"total": 4500.5, "expr0": 5.65, "expr1": 0.5, "expr2": "Fado"}]),
        ("SELECT MIN(Built_On__c) earliest, MAX(Launched_At__c) latest FROM Boat__c", [{"earliest": "2019-12-31", "latest": "2021-12-31T23:30:00.000+0000"}]),
        ("SELECT SUM(Value__c) FROM Boat__c WHERE Name = 'Nobody'", [{"expr0": None}]),
        ("SELECT Kind__c kind, COUNT(Id) n FROM Boat__c GROUP BY Kind__c ORDER BY COUNT(Id) DESC, Kind__c", [{"kind": "Sail", "n": 2}, {"kind": None, "n": 1}, {"kind": "Motor", "n": 1}, {"kind": "Row", "n": 1}, {"kind": "Junk", "n": 1}]),
        ("SELECT Kind__c FROM Boat__c GROUP BY Kind__c HAVING COUNT(Id) > 1", [{"Kind__c": "Sail"}]),
        ("SELECT Kind__c FROM Boat__c GROUP BY Kind__c HAVING SUM(Value__c) >= 2000 AND Kind__c LIKE 'm%'", [{"Kind__c": "Motor"}]),
        ("SELECT Kind__c FROM Boat__c GROUP BY Kind__c HAVING NOT (SUM(Value__c) > 0) ORDER BY Kind__c", [{"Kind__c": None}, {"Kind__c": "Row"}, {"Kind__c": "Junk"}]),
        ("SELECT Kind__c FROM Boat__c GROUP BY Kind__c HAVING MAX(Name) IN ('emma')", [{"Kind__c": "Sail"}]),
        ("SELECT Harbour__r.Name, COUNT(Id) FROM Boat__c GROUP BY Harbour__r.Name ORDER BY Harbour__r.Name", [{"Name": None, "expr0": 2}, {"Name": "Kiel", "expr0": 2}, {"Name": "Nice", "expr0": 2}]),
        ("SELECT Licensed__c, COUNT(Id) FROM Boat__c GROUP BY Licensed__c ORDER BY Licensed__c", [{"Licensed__c": False, "expr0": 2}, {"Licensed__c": True, "expr0": 4}]),
        ("SELECT CALENDAR_YEAR(Built_On__c) year, COUNT(Id) FROM Boat__c GROUP BY CALENDAR_YEAR(Built_On__c) ORDER BY CALENDAR_YEAR(Built_On__c)", [{"year": None, "expr0": 2}, {"year": 2019, "expr0": 1}, {"year": 2020, "expr0": 2}, {"year": 2021, "expr0": 1}]),
        ("SELECT CALENDAR_MONTH(Built_On__c), COUNT(Id) FROM Boat__c WHERE Built_On__c != null GROUP BY CALENDAR_MONTH(Built_On__c) HAVING CALENDAR_MONTH(Built_On__c) < 6", [{"expr0": 1, "expr1": 1}]),
        ("SELECT DAY_ONLY(Launched_At__c) day FROM Boat__c WHERE Launched_At__c != null GROUP BY DAY_ONLY(Launched_At__c) ORDER BY DAY_ONLY(Launched_At__c)", [{"day": "2020-03-01"}, {"day": "2021-12-31"}]),
        ("SELECT Builder__c, Kind__c FROM Boat__c WHERE Builder__c = 'Dehler' GROUP BY Builder__c, Kind__c ORDER BY Kind__c", [{"Builder__c": "Dehler", "Kind__c": "Sail"}, {"Builder__c": "Dehler", "Kind__c": "Junk"}]),
        ("SELECT Label__c, COUNT(Id) FROM Boat__c GROUP BY Label__c HAVING Label__c LIKE 'A%'", [{"Label__c": "Alba of Kiel!", "expr0": 1}]),
        ("SELECT MAX(Half_Full__c) FROM Boat__c", [{"expr0": 40.0}]),
        ("SELECT Kind__c FROM Boat__c GROUP BY Kind__c ORDER BY Kind__c LIMIT 1 OFFSET 1", [{"Kind__c": "Sail"}]),
        ("SELECT AVG(NumberOfEmployees) FROM Account", [{"expr0": None}]),
    ],
)  # fmt: skip
def test_groups_are_formed_counted_and_filtered(ask: Ask, text: str, rows: list[dict[str, object]]) -> None:
    assert ask(text) == rows


def test_an_average_of_whole_numbers_is_not_whole(boats: LocalOrg, ask: Ask) -> None:
    boats.insert_many(boats.admin(), "Account", [{"Name": "A", "NumberOfEmployees": n} for n in (1, 2)])
    assert ask("SELECT AVG(NumberOfEmployees), SUM(NumberOfEmployees) FROM Account") == [{"expr0": 1.5, "expr1": 3}]


def test_sums_of_decimals_are_decimal(boats: LocalOrg, ask: Ask) -> None:
    boats.insert_many(boats.admin(), "Boat__c", [{"Name": "tenth", "Value__c": v} for v in (0.1, 0.2)])
    assert ask("SELECT SUM(Value__c) FROM Boat__c WHERE Name = 'tenth'") == [{"expr0": 0.3}]


def test_groups_beyond_one_page_are_refused(boats: LocalOrg, ask: Ask) -> None:
    boats.insert_many(boats.admin(), "Harbour__c", ({"Name": f"Harbour {n}"} for n in range(2_001)))
    assert len(ask("SELECT Name FROM Harbour__c GROUP BY Name LIMIT 2000")) == 2_000
    with pytest.raises(Refusal, match="does not support queryMore") as refused:
        ask("SELECT Name FROM Harbour__c GROUP BY Name")
    assert refused.value.code == "EXCEEDED_ID_LIMIT"
