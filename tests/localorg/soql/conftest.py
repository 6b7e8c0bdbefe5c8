"""A small fleet to query: six boats in two harbours, with trips, every sort of field blank somewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.localorg.org import LocalOrg
from service.localorg.soql.run import run_query

ACCOUNTS = [
    {"Name": "Acme", "Industry": "Banking", "AnnualRevenue": 100},
    {"Name": "Globex", "Industry": "Energy"},
    {"Name": "Initech"},
]
HARBOURS = [
    {"Name": "Kiel", "Code__c": "KI", "Region__c": "North"},
    {"Name": "Nice", "Code__c": "NI", "Region__c": "South"},
]
BOATS: list[dict[str, Any]] = [
    {"Name": "Alba", "Kind__c": "Sail", "Colours__c": "Red;Blue", "Length__c": 10.5, "Value__c": 1000, "Fill__c": 80, "Built_On__c": "2020-01-15", "Launched_At__c": "2020-03-01T10:00:00Z", "Builder__c": "Bavaria", "Serial__c": "a-1"},
    {"Name": "Bora", "Kind__c": "Motor", "Colours__c": "Red", "Length__c": 7, "Value__c": 2500.5, "Fill__c": 10, "Built_On__c": "2021-06-30", "Launched_At__c": "2021-12-31T23:30:00Z", "Builder__c": "bavaria", "Serial__c": "A-1", "Licensed__c": False},
    {"Name": "Ciao", "Kind__c": "Row", "Builder__c": None, "Serial__c": "100%_a"},
    {"Name": "Dora", "Kind__c": None, "Colours__c": "Blue;Green;Red", "Length__c": 3.25, "Value__c": 0, "Builder__c": "O'Neil \\ Co", "Licensed__c": False},
    {"Name": "Emma", "Kind__c": "Sail", "Colours__c": "Green", "Length__c": 0.5, "Value__c": 1000, "Built_On__c": "2020-12-31", "Builder__c": "Dehler"},
    {"Name": "Fado", "Kind__c": "Junk", "Length__c": 7, "Built_On__c": "2019-12-31", "Email__c": "fado@example.com", "Builder__c": "Dehler"},
]  # fmt: skip
HOME = {"Alba": ("Kiel", "Acme"), "Bora": ("Nice", "Acme"), "Ciao": ("Kiel", "Globex"), "Emma": ("Nice", None)}
TRIPS = {"Alba": 3, "Bora": 1}

Ask = Callable[..., list[dict[str, Any]]]
Find = Callable[[str], list[str]]


@pytest.fixture(scope="session")
def installed_fleet(installed_boats: LocalOrg) -> LocalOrg:
    org = installed_boats.clone(installed_boats.clock)
    admin = org.admin()
    ids = dict(zip([a["Name"] for a in ACCOUNTS], org.insert_many(admin, "Account", ACCOUNTS), strict=True))
    ids |= zip([h["Name"] for h in HARBOURS], org.insert_many(admin, "Harbour__c", HARBOURS), strict=True)
    for boat in BOATS:
        harbour, account = HOME.get(boat["Name"], (None, None))
        homes = {"Harbour__c": ids.get(harbour), "Account__c": ids.get(account)}
        boat_id = org.writer.create(admin, "Boat__c", {**boat, **homes})
        for _ in range(TRIPS.get(boat["Name"], 0)):
            org.writer.create(admin, "Trip__c", {"Boat__c": boat_id})
    return org


@pytest.fixture
def boats(installed_fleet: LocalOrg) -> LocalOrg:
    """The org with the fleet; the users of the other tests are there as well."""
    return installed_fleet.clone(installed_fleet.clock)


@pytest.fixture
def ask(boats: LocalOrg) -> Ask:
    """Run a query as the administrator and return the records without their attributes."""

    def run(text: str, **options: Any) -> list[dict[str, Any]]:
        return [_bare(record) for record in run_query(boats, boats.admin(), text, **options).records]

    return run


@pytest.fixture
def find(ask: Ask) -> Find:
    """Return the names of the boats that meet a condition."""
    return lambda where: [row["Name"] for row in ask(f"SELECT Name FROM Boat__c WHERE {where} ORDER BY Name")]


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _bare(inner) for key, inner in value.items() if key != "attributes"}
    return [_bare(inner) for inner in value] if isinstance(value, list) else value
