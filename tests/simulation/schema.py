"""An administrator who takes mapped fields away, turns them into something else, and is made to put them back."""

from __future__ import annotations

from random import Random

from service.localorg.deploy.changes import SchemaChanges
from service.store import unfit
from tests.simulation.people import Act, People
from tests.world import World

FIELDS = {
    ("success_plan", "summary"): None,
    ("objective", "title"): ("Number", {"precision": 18, "scale": 0}),
    ("objective", "current_value"): None,
    ("objective_kpi", "source_attribute"): None,
    ("playbook", "activated_on"): None,
    ("playbook_task", "sequence"): ("Text", {"length": 80}),
}
"""What may be taken away, and what some of it may be turned into."""
ORIGINAL = {"title": ("Text", {"length": 255}), "sequence": ("Number", {"precision": 4, "scale": 0})}


class SchemaAdmin:
    """Change the schema of one org."""

    def __init__(self, world: World, people: People, random: Random) -> None:
        self._world, self._people, self._random = world, people, random
        self._changes = SchemaChanges(world.org)
        self._changed: dict[tuple[str, str], str] = {}

    @property
    def acts(self) -> list[Act]:
        """What it does, and how often beside what people do."""
        return [(self.change, 2), (self.mend, 1)]

    def change(self) -> None:
        """Take a field away, or make something else of it; what it held is lost, as far as Salesforce loses it."""
        whole = [field for field in FIELDS if field not in self._changed]
        if not whole:
            return
        noun, column = chosen = self._random.choice(whole)
        field = self._crm(noun, column)
        if FIELDS[chosen] and self._random.random() < 0.5:
            kind, shape = FIELDS[chosen]
            self._changes.retype_field(self._world.crm(noun), field, kind, **shape)
            self._changed[chosen] = "retyped"
        else:
            self._changes.remove_field(self._world.crm(noun), field)
            self._changed[chosen] = "removed"
        self._people.field_lost(noun, column)

    def mend(self) -> None:
        """Put the last field back, empty, if the sync has met its loss: it would not meet one that is over by then."""
        if self._changed and self._noticed(list(self._changed)[-1]):
            self._mend()

    def leave(self) -> bool:
        """Put everything back; say whether the sync has to look at everything, since it has missed a loss."""
        missed = not all(map(self._noticed, self._changed))
        while self._changed:
            self._mend()
        return missed

    def _mend(self) -> None:
        (noun, column), how = self._changed.popitem()
        sobject, field = self._world.crm(noun), self._crm(noun, column)
        if how == "removed":
            self._changes.restore_field(sobject, field)
        else:
            kind, shape = ORIGINAL[column]
            self._changes.retype_field(sobject, field, kind, **shape)
        self._people.field_lost(noun, column)

    def _noticed(self, field: tuple[str, str]) -> bool:
        with self._world.transaction() as connection:
            return field in {(one.object, one.field) for one in unfit.read(connection)}

    def _crm(self, noun: str, column: str) -> str:
        assert self._world.mappings
        return self._world.mappings[noun].field(column).crm
