"""Controls of the faults and of the customer's automation: see, set and clear them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request

from service.localorg.automation.declared import ACTIONS, read_automation, write_automation
from service.localorg.errors import Refusal
from service.localorg.http.api import Api
from service.localorg.http.asking import asked, check_near, number
from service.localorg.http.messages import Answer


def faults(api: Api, request: Request) -> Answer:
    """Return what strikes how often, and how often each fault has struck."""
    check_near(request)
    weather = api.org.faults.weather
    return Answer(
        body={
            "seed": weather.seed,
            "rates": dict(weather.rates),
            "rows_per_call": weather.rows_per_call,
            "seconds": weather.seconds,
            "counts": dict(api.org.faults.counts),
        }
    )


def set_faults(api: Api, request: Request) -> Answer:
    """Begin anew with a storm or with rates, or only let some faults strike once."""
    given = asked(request, "seed", "storm", "rates", "rows_per_call", "seconds", "once")
    seed = int(number(given.get("seed", 0)))
    if "storm" in given:
        api.org.faults.storm(seed, number(given["storm"]))
    elif given.keys() - {"once"}:
        settings: dict[str, Any] = {name: number(given[name]) for name in ("rows_per_call", "seconds") if name in given}
        api.org.faults.set(seed=seed, rates=_rates(given.get("rates", {})), **settings)
    api.org.faults.once(*_names(given.get("once", [])))
    return faults(api, request)


def clear_faults(api: Api, request: Request) -> Answer:
    """Let nothing strike any more."""
    check_near(request)
    api.org.faults.clear()
    return faults(api, request)


def automation(api: Api, request: Request) -> Answer:
    """Return the automation that runs."""
    check_near(request)
    return Answer(body={"automation": [write_automation(each) for each in api.org.automation]})


def add_automation(api: Api, request: Request) -> Answer:
    """Let one more automation run."""
    api.org.automation.add(read_automation(asked(request, "sobject", "when", *ACTIONS)))
    return automation(api, request)


def clear_automation(api: Api, request: Request) -> Answer:
    """Let no automation run any more."""
    check_near(request)
    api.org.automation.clear()
    return automation(api, request)


def _rates(given: Any) -> Mapping[str, float]:
    if not isinstance(given, dict):
        raise Refusal("INVALID_INPUT", "rates are an object of numbers by the name of the fault")
    return {name: number(rate) for name, rate in given.items()}


def _names(given: Any) -> list[str]:
    if not isinstance(given, list):
        raise Refusal("INVALID_INPUT", "once is a list of names of faults")
    return given
