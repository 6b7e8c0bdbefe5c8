"""The customer's automation, run around saves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from service.localorg.automation.actions import act
from service.localorg.automation.compile import Step, compile_step
from service.localorg.automation.model import Automation, When
from service.localorg.errors import Crash, Refusal
from service.localorg.records.parts import Change, Parts
from service.localorg.records.triggers import Trigger
from service.localorg.schema.model import Schema, SObject

_DEEPEST = 16
"""How many saves may set off one another."""


class Automations(Trigger):
    """Keep the automation of an org and run it in the order in which it was added."""

    def __init__(self, parts: Callable[[], Parts]) -> None:
        self._parts = parts
        self._declared: list[Automation] = []
        self._steps: list[Step] = []
        self._schema: Schema | None = None
        self._depth = 0

    def __iter__(self) -> Iterator[Automation]:
        return iter(self._declared)

    def add(self, *automations: Automation) -> None:
        """Let these run from now on; one that cannot run is refused with all of them."""
        for each in automations:
            compile_step(self._parts().schema, each)
        self._declared += automations
        self._schema = None

    def clear(self) -> None:
        """Let nothing run any more."""
        self._declared.clear()

    def before_save(self, sobject: SObject, change: Change) -> None:
        """Run what runs before the row is checked."""
        if self._declared:
            self._run(When.BEFORE, sobject, change)

    def after_save(self, sobject: SObject, change: Change) -> None:
        """Run what runs once the row is written."""
        if self._declared:
            self._run(When.AFTER, sobject, change)

    def _run(self, when: When, sobject: SObject, change: Change) -> None:
        parts = self._parts()
        if self._depth == _DEEPEST:
            raise Crash("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "maximum trigger depth exceeded")
        self._depth += 1
        try:
            for step in self._current(parts.schema):
                if step.automation.when is when and step.sobject.name == sobject.name:
                    act(parts, step, change)
        finally:
            self._depth -= 1

    def _current(self, schema: Schema) -> list[Step]:
        """Return what still runs; automation of a field that is gone has stopped."""
        if schema is not self._schema:
            self._schema, self._steps = schema, []
            for each in self._declared:
                with suppress(Refusal):
                    self._steps.append(compile_step(schema, each))
        return self._steps
