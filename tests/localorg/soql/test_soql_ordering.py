"""ORDER BY, LIMIT and OFFSET."""

from __future__ import annotations

import pytest

from service.localorg.errors import Refusal
from tests.localorg.soql.conftest import Ask


@pytest.mark.parametrize(
    ("tail", "names"),
    [
        ("ORDER BY Name", "Alba Bora Ciao Dora Emma Fado"),
        ("ORDER BY Name DESC", "Fado Emma Dora Ciao Bora Alba"),
        ("ORDER BY Length__c, Name", "Ciao Emma Dora Bora Fado Alba"),
        ("ORDER BY Length__c DESC, Name DESC", "Ciao Alba Fado Bora Dora Emma"),
        ("ORDER BY Length__c NULLS LAST, Name", "Emma Dora Bora Fado Alba Ciao"),
        ("ORDER BY Length__c ASC NULLS FIRST, Name ASC", "Ciao Emma Dora Bora Fado Alba"),
        ("ORDER BY Length__c DESC NULLS LAST, Name", "Alba Bora Fado Dora Emma Ciao"),
        ("ORDER BY Kind__c, Name", "Dora Alba Emma Bora Ciao Fado"),
        ("ORDER BY Kind__c DESC NULLS LAST, Name", "Fado Ciao Bora Alba Emma Dora"),
        ("ORDER BY Harbour__r.Name DESC NULLS LAST, Name", "Bora Emma Alba Ciao Dora Fado"),
        ("ORDER BY Half_Full__c DESC, Name LIMIT 2", "Alba Bora"),
        ("ORDER BY Label__c DESC LIMIT 1", "Fado"),
        ("ORDER BY Owner.Name, Name LIMIT 1", "Alba"),
        ("ORDER BY Id DESC LIMIT 2", "Fado Emma"),
        ("ORDER BY Name LIMIT 2", "Alba Bora"),
        ("ORDER BY Name LIMIT 2 OFFSET 3", "Dora Emma"),
        ("ORDER BY Name OFFSET 4", "Emma Fado"),
        ("ORDER BY Name LIMIT 0", ""),
        ("ORDER BY Name OFFSET 2000", ""),
    ],
)
def test_records_come_in_the_order_asked_for(ask: Ask, tail: str, names: str) -> None:
    assert [row["Name"] for row in ask(f"SELECT Name FROM Boat__c {tail}")] == names.split()


def test_an_offset_beyond_the_limit_is_refused(ask: Ask) -> None:
    with pytest.raises(Refusal, match="Maximum SOQL offset allowed is 2000") as refused:
        ask("SELECT Name FROM Boat__c OFFSET 2001")
    assert refused.value.code == "NUMBER_OUTSIDE_VALID_RANGE"
