"""For random predicates, the answer of SQL equals a naive evaluation over the rows."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.localorg.org import LocalOrg
from service.localorg.soql.run import run_query
from tests.localorg.soql.conftest import BOATS, Find

Test = Callable[[dict[str, Any]], bool]
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Predicate:
    """A condition as SOQL and as a function of a row."""

    soql: str
    holds: Test


def _fold(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _written(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return str(value)


def _comparison(field: str, sign: str, value: Any) -> Predicate:
    def holds(row: dict[str, Any]) -> bool:
        left, right = _fold(row.get(field)), _fold(value)
        if sign in ("=", "!="):
            return _SIGNS[sign](left, right)
        return left is not None and right is not None and _SIGNS[sign](left, right)

    return Predicate(f"{field} {sign} {_written(value)}", holds)


def _membership(field: str, negated: bool, values: list[Any]) -> Predicate:
    folded = {_fold(v) for v in values}
    listed = ", ".join(_written(v) for v in values)
    return Predicate(
        f"{field} {'NOT ' if negated else ''}IN ({listed})",
        lambda row: (_fold(row.get(field)) in folded) is not negated,
    )


def _includes(excluded: bool, combinations: list[list[str]]) -> Predicate:
    def holds(row: dict[str, Any]) -> bool:
        held = set((row.get("Colours__c") or "").split(";"))
        return any(set(c) <= held for c in combinations) is not excluded

    listed = ", ".join(_written(";".join(c)) for c in combinations)
    return Predicate(f"Colours__c {'EXCLUDES' if excluded else 'INCLUDES'} ({listed})", holds)


def _both(sign: str, parts: list[Predicate]) -> Predicate:
    fold = operator.and_ if sign == "AND" else operator.or_
    return Predicate(
        "(" + f" {sign} ".join(p.soql for p in parts) + ")", lambda row: reduce(fold, [p.holds(row) for p in parts])
    )


def _not(part: Predicate) -> Predicate:
    return Predicate(f"(NOT {part.soql})", lambda row: not part.holds(row))


_TEXTS = st.sampled_from([None, "Alba", "bORA", "Dehler", "BAVARIA", "Sail", "O'Neil \\ Co", ""])
_NUMBERS = st.sampled_from([None, 0, 0.5, 3.25, 7, 1000, 2500.5])
_COLOURS = st.lists(
    st.lists(st.sampled_from(["Red", "Green", "Blue"]), min_size=1, max_size=3, unique=True), min_size=1
)
_TEXT_FIELDS = st.sampled_from(["Name", "Builder__c", "Kind__c"])
_NUMBER_FIELDS = st.sampled_from(["Length__c", "Value__c"])
_SIGN = st.sampled_from(sorted(_SIGNS))

_SIMPLE = st.one_of(
    st.builds(_comparison, _TEXT_FIELDS, _SIGN, _TEXTS),
    st.builds(_comparison, _NUMBER_FIELDS, _SIGN, _NUMBERS),
    st.builds(_membership, _TEXT_FIELDS, st.booleans(), st.lists(_TEXTS, min_size=1, max_size=4)),
    st.builds(_membership, _NUMBER_FIELDS, st.booleans(), st.lists(_NUMBERS, min_size=1, max_size=4)),
    st.builds(_includes, st.booleans(), _COLOURS),
)
_PREDICATES = st.recursive(
    _SIMPLE,
    lambda inner: st.one_of(
        st.builds(_not, inner),
        st.builds(_both, st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(predicate=_PREDICATES)
def test_a_predicate_holds_in_sql_where_it_holds_in_python(find: Find, predicate: Predicate) -> None:
    assert find(predicate.soql) == [row["Name"] for row in BOATS if predicate.holds(row)]


@pytest.fixture
def names(boats: LocalOrg) -> Callable[[str], list[str]]:
    def found(name: str) -> list[str]:
        text = f"SELECT Name FROM Harbour__c WHERE Name = {_written(name)}"
        return [record["Name"] for record in run_query(boats, boats.admin(), text).records]

    boats.insert_many(boats.admin(), "Harbour__c", [{"Name": "' OR Name != '"}, {"Name": "\\' OR Name != \\'"}])
    return found


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text("' \\OR!=nu%_\"-;", max_size=20))
def test_no_text_breaks_out_of_its_quotes(names: Callable[[str], list[str]], name: str) -> None:
    assert all(found.lower() == name.lower() for found in names(name))
