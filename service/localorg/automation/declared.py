"""Automation as JSON: `{"sobject": ..., "when": "before", "rewrite": {"field": ..., "formula": ...}}`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from service.localorg.automation.model import Action, Automation, Reject, Rewrite, TouchParent, When
from service.localorg.errors import Refusal

ACTIONS: dict[str, type[Action]] = {"rewrite": Rewrite, "touch_parent": TouchParent, "reject": Reject}


def read_automation(given: Any) -> Automation:
    """Return the automation that a JSON object declares, or refuse it."""
    try:
        sobject, when = given["sobject"], When(given["when"])
        ((name, settings),) = ((name, given[name]) for name in given if name not in ("sobject", "when"))
        return Automation(sobject, when, ACTIONS[name](**settings))
    except (KeyError, TypeError, ValueError) as error:
        message = f"an automation has a sobject, when (before, after) and one of {', '.join(ACTIONS)}: {error}"
        raise Refusal("INVALID_INPUT", message) from error


def write_automation(automation: Automation) -> dict[str, Any]:
    """Return an automation as JSON declares it."""
    name = next(name for name, kind in ACTIONS.items() if isinstance(automation.action, kind))
    return {"sobject": automation.sobject, "when": automation.when, name: asdict(automation.action)}
