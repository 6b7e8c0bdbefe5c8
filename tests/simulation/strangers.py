"""Those who make an org hard to live with: the customer's own automation, and administrators who merge and purge."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from service.localorg.automation.model import Automation, Reject, Rewrite, TouchParent, When
from service.localorg.errors import Refusal
from service.localorg.transactions import Transaction
from tests.simulation.business import PLAYED
from tests.simulation.people import Act, People
from tests.world import World

AUTOMATION = (
    Automation("Objective__c", When.BEFORE, Rewrite("Title__c", "UPPER(Title__c)")),
    Automation("Playbook_Task__c", When.AFTER, Rewrite("Sequence__c", "7")),
    Automation("Objective__c", When.BEFORE, Rewrite("Progress__c", "50")),
    Automation("Account", When.BEFORE, Rewrite("MRR__c", "1")),
    Automation("Objective_KPI__c", When.AFTER, TouchParent("Objective__c", "Source_Attribute__c", "Description__c")),
    Automation("Playbook_Task__c", When.AFTER, TouchParent("Account__c", "Description", "Name")),
    Automation("Objective__c", When.BEFORE, Reject('CONTAINS(Name, "7")', "No sevens", "Name")),
    Automation(
        "Playbook_Task__c", When.AFTER, Reject('CONTAINS(Name, "5")', "System.NullPointerException", throws=True)
    ),
)


MOST_OPEN = 2
"""Long transactions at the same time."""


class Strangers:
    """Act in the CRM past everybody's plans; `acts` are theirs, with their weights."""

    def __init__(self, world: World, people: People, random: Random) -> None:
        self._world, self._people, self._random = world, people, random
        self._open: list[Long] = []

    @property
    def acts(self) -> list[Act]:
        """What they do, and how often beside what people do."""
        return [(self.purge, 1), (self.merge, 1), (self.begin, 2), (self.end, 2)]

    def arrive(self, automation: tuple[Automation, ...]) -> None:
        """Set automation up."""
        for one in automation:
            self._world.org.automation.add(one)

    def leave(self) -> None:
        """End what is under way, and take away what whoever looks after the org takes away when it is in the way."""
        while self._open:
            self.end()
        self._world.org.automation.clear()

    def purge(self) -> None:
        """Remove a record from the recycle bin for good."""
        if bin_ := self._people.memory.bin:
            chosen = self._random.choice(bin_)
            self._people.gone_there(lambda: self._world.org.writer.hard_delete(self._world.admin, chosen))

    def merge(self) -> None:
        """Merge two accounts into one."""
        accounts = sorted(self._world.there("account"))
        if len(accounts) > 1:
            winner, loser = self._random.sample(accounts, 2)
            self._people.memory.winners.add(winner)
            self._people.memory.losers.add(loser)
            self._people.gone_there(lambda: self._world.org.writer.merge(self._world.admin, winner, [loser]))

    def begin(self) -> None:
        """Begin a long transaction: what it writes is dated now, and shows when it ends, hours later."""
        if len(self._open) < MOST_OPEN:
            # A write in the very second of the record's last change, shown seconds later, is told by no condition:
            # docs/decisions.md names the limit, and here business does not begin in one second with it.
            self._world.pass_time(seconds=1)
            long = Long(self._world.org.transactions.begin(self._world.admin))
            for _ in range(self._random.randint(1, 3)):
                self._write(long)
            self._open.append(long)

    def end(self) -> None:
        """Commit a long transaction, or roll it back."""
        if not self._open:
            return
        long = self._open.pop(0)
        if self._random.random() < 0.2:
            long.transaction.rollback()
            return
        outcomes: list[str | Refusal] = []
        self._people.gone_there(lambda: outcomes.extend(long.transaction.commit()))
        for (noun, values), outcome in zip(long.writes, outcomes, strict=True):
            # Also of a record that the same transaction then deleted: it may come back from the bin with them.
            if values and isinstance(outcome, str) and outcome in self._world.there(noun, deleted=True):
                self._people.accepted_there(noun, outcome, values)

    def _write(self, long: Long) -> None:
        business, noun = self._people.business, self._random.choice(PLAYED)
        edit, values = business.edit("there", noun), business.newcomer("there", noun)
        crm = self._world.crm(noun)
        try:
            match self._random.choice(("create", "edit", "edit", "delete")):
                case "create" if values:
                    long.transaction.create(crm, business.wire(noun, values))
                    long.writes.append((noun, values))
                case "edit" if edit:
                    long.transaction.update(crm, edit[0], business.wire(noun, edit[1]))
                    long.writes.append((noun, edit[1]))
                case "delete" if edit and noun != "account":
                    long.transaction.delete(edit[0])
                    long.writes.append((noun, {}))
        except Refusal:
            return  # somebody else has the lock


@dataclass(frozen=True, slots=True)
class Long:
    """A transaction that stays open, and what it writes: the noun and the values of each row."""

    transaction: Transaction
    writes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
