"""The people on both sides: they create, edit, delete and undelete, and remember what was accepted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select

from service.localorg.errors import Refusal
from service.store.ledger import links
from tests.simulation.business import EDITED, ESSENTIAL, PARENTS, PLAYED, Business
from tests.simulation.memory import Change, Memory
from tests.simulation.trace import Trace
from tests.world import World

Act = tuple[Callable[[], None], int]
"""What somebody may do, and how often beside the others."""


class People:
    """Act on one world; everything random comes from one generator."""

    def __init__(self, world: World, random: Random, trace: Trace) -> None:
        self.memory, self.business = Memory(), Business(world, random)
        self._world, self._random, self._trace = world, random, trace

    def act(self, others: Sequence[Act] = ()) -> None:
        """Do one thing on one side; `others` may do something in their place."""
        acts: list[Act] = [
            *others,
            (self.create_there, 3),
            (self.create_here, 3),
            (self.edit_there, 6),
            (self.edit_here, 6),
            (self.clash, 3),
            (self.delete_there, 1),
            (self.delete_here, 1),
            (self.undelete_there, 1),
        ]
        chosen = self._random.choices([act for act, _ in acts], [weight for _, weight in acts])[0]
        chosen()

    def begin(self) -> None:
        """Put a little business into the CRM."""
        for noun in ("account", "account", "success_plan", "objective", "objective_kpi", "playbook", "playbook_task"):
            self.create_there(noun)

    def clash(self) -> None:
        """Edit on one side what was edited last on the other: the same field of the same record."""
        last = next((change for change in reversed(self.memory.changes) if change.column in EDITED[change.noun]), None)
        side = "here" if last and last.side == "there" else "there"
        record = last and self._counterpart(last)
        if last and record in self.business.live(side, last.noun):
            edit = self._edit_here if side == "here" else self._edit_there
            edit(last.noun, record, self.business.value(side, last.noun, last.column))

    def _counterpart(self, change: Change) -> str | None:
        """Return the id, on the other side, of the record that was changed."""
        mine, other = (links.c.crm_id, links.c.id) if change.side == "there" else (links.c.id, links.c.crm_id)
        with self._world.transaction() as connection:
            found = connection.execute(select(other).where(mine == change.record)).scalar_one_or_none()
        return str(found) if found else None

    # Their side

    def create_there(self, noun: str | None = None) -> None:
        """Create a record in the CRM."""
        noun = noun or self._random.choice(PLAYED)
        values = self.business.newcomer("there", noun)
        if values is not None:
            wire = self.business.wire(noun, values)
            self._there(noun, values, lambda: self._world.create_there(noun, **wire))

    def edit_there(self) -> None:
        """Edit a field of a record in the CRM."""
        noun = self._random.choice(PLAYED)
        if edit := self.business.edit("there", noun):
            self._edit_there(noun, *edit)

    def _edit_there(self, noun: str, crm_id: str, values: dict[str, Any]) -> None:
        wire = self.business.wire(noun, values)
        self._there(noun, values, lambda: self._world.edit_there(noun, crm_id, **wire) or crm_id)

    def delete_there(self) -> None:
        """Delete a record in the CRM."""
        noun = self._random.choice(PLAYED[1:])
        if live := self.business.live("there", noun):
            self.gone_there(lambda: self._world.delete_there(self._random.choice(live)))

    def undelete_there(self) -> None:
        """Bring a record back from the recycle bin."""
        if self.memory.bin:
            writer, chosen = self._world.org.writer, self._random.choice(self.memory.bin)
            unmet = chosen in self.memory.losers and not self._met_there(chosen)
            self.gone_there(lambda: writer.undelete(self._world.admin, chosen))
            self.memory.unseen |= unmet

    def _met_there(self, crm_id: str) -> bool:
        """Say whether the sync has met that a record of the CRM is gone."""
        with self._world.transaction() as connection:
            return bool(connection.execute(select(links.c.gone).where(links.c.crm_id == crm_id)).scalar_one_or_none())

    def gone_there(self, act: Callable[[], object]) -> None:
        """Do what deletes records in the CRM, or brings some back, and remember which, with all that went along."""
        before = self._all_there()
        try:
            act()
        except Refusal:
            return
        after = self._all_there()
        gone, back = before - after, (after - before) & self.memory.deleted_there
        self._trace.note("gone there", sorted(gone), "back there", sorted(back))
        self.memory.deleted_there |= gone
        self.memory.undeleted = (self.memory.undeleted | back) - gone

    def field_lost(self, noun: str, column: str) -> None:
        """Remember that whatever the CRM held in a field is gone with it."""
        self._trace.note("field lost there", noun, column)
        self.memory.lost[noun, column] = len(self.memory.changes)

    def accepted_there(self, noun: str, crm_id: str, values: dict[str, Any]) -> None:
        """Remember what the org has kept of these values."""
        self._accepted("there", noun, crm_id, self.business.kept_there(noun, crm_id, values))

    def _there(self, noun: str, values: dict[str, Any], write: Callable[[], str]) -> None:
        try:
            crm_id = write()
        except Refusal:
            return
        self.accepted_there(noun, crm_id, values)

    def _all_there(self) -> set[str]:
        return {crm_id for noun in PLAYED for crm_id in self._world.there(noun)}

    # Our side

    def create_here(self) -> None:
        """Create a record in the store."""
        noun = self._random.choice(PLAYED[1:])
        values = self.business.newcomer("here", noun)
        if values is not None:
            self._accepted("here", noun, str(self._world.create_here(noun, **values)), values)

    def edit_here(self) -> None:
        """Edit a field of a record in the store."""
        noun = self._random.choice(PLAYED)
        if edit := self.business.edit("here", noun):
            self._edit_here(noun, *edit)

    def _edit_here(self, noun: str, our_id: str, values: dict[str, Any]) -> None:
        self._world.edit_here(noun, UUID(our_id), **values)
        self._accepted("here", noun, our_id, values)

    def delete_here(self) -> None:
        """Delete a record in the store, its dependants first, as our API will."""
        noun = self._random.choice(PLAYED[1:])
        if live := self.business.live("here", noun):
            self._delete_here(noun, UUID(self._random.choice(live)))

    def _delete_here(self, noun: str, our_id: UUID) -> None:
        for child, parents in PARENTS.items():
            for column, parent in parents.items():
                if parent == noun and column in ESSENTIAL and child != "playbook":
                    for child_id, row in sorted(self._world.here(child).items()):
                        if row[column] == str(our_id):
                            self._delete_here(child, child_id)
        self._world.delete_here(noun, our_id)
        self._trace.note("deleted here", noun, str(our_id))
        self.memory.deleted_here.add(our_id)

    def _accepted(self, side: str, noun: str, record: str, values: dict[str, Any]) -> None:
        canonical = self.business.canonical(noun, values)
        self._trace.note("accepted", side, noun, record, canonical)
        self.memory.accept(side, noun, record, canonical)
