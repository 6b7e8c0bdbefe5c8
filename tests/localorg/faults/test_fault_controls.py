"""Faults by HTTP, for tests and demos with a real server."""

from __future__ import annotations

from typing import Any

import pytest

from service.localorg.http.app import App
from service.localorg.org import LocalOrg
from tests.localorg.http.calling import Caller, call, refusal

PATH = "/localorg/faults"


def test_rates_are_set_and_shown_with_what_was_struck(app: App, editor: Caller) -> None:
    asked = {"seed": 7, "rates": {"server_error": 1}, "rows_per_call": 50, "seconds": 2}
    assert call(app, "POST", PATH, json=asked).json == {**asked, "counts": {}}

    editor("GET", "sobjects")

    assert call(app, "GET", PATH).json == {**asked, "counts": {"server_error": 1}}


def test_a_storm_is_spread_evenly(app: App) -> None:
    rates = call(app, "POST", PATH, json={"seed": 1, "storm": 0.1}).json["rates"]

    assert set(rates.values()) == {0.01}
    assert len(rates) == 10


def test_a_fault_that_strikes_once_leaves_the_rates_as_they_are(app: App, org: LocalOrg, editor: Caller) -> None:
    call(app, "POST", PATH, json={"rates": {"short_page": 1}})

    assert call(app, "POST", PATH, json={"once": ["unavailable"]}).json["rates"] == {"short_page": 1}
    assert [editor("GET", "sobjects").status_code for _ in range(2)] == [503, 200]


def test_deleting_clears_them(app: App, editor: Caller) -> None:
    call(app, "POST", PATH, json={"rates": {"server_error": 1}, "once": ["torn"]})

    assert call(app, "DELETE", PATH).json["rates"] == {}
    assert editor("GET", "sobjects").status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        {"rate": {}},
        {"rates": {"nothing": 0.1}},
        {"rates": {"torn": "often"}},
        {"rates": {"torn": True}},
        {"rates": ["torn"]},
        {"once": "torn"},
        {"once": ["nothing"]},
        {"storm": 2.5, "seed": "x"},
        {"storm": 11},
        [],
    ],
)
def test_what_is_not_understood_is_refused(app: App, asked: Any) -> None:
    assert refusal(call(app, "POST", PATH, json=asked)) == (400, "INVALID_INPUT")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_only_this_machine_may_use_them(app: App, method: str) -> None:
    answer = call(app, method, PATH, json={}, environ={"REMOTE_ADDR": "10.0.0.7"})

    assert refusal(answer) == (404, "NOT_FOUND")
