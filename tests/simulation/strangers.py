"""Those who make an org hard to live with: the customer's own automation, and administrators who merge and purge."""

from __future__ import annotations

from random import Random

from service.localorg.automation.model import Automation, Reject, Rewrite, TouchParent, When
from tests.simulation.people import Act, People
from tests.world import World

AUTOMATION = (
    Automation("Objective__c", When.BEFORE, Rewrite("Title__c", "UPPER(Title__c)")),
    Automation("Playbook_Task__c", When.AFTER, Rewrite("Sequence__c", "7")),
    Automation("Objective__c", When.BEFORE, Rewrite("Progress__c", "50")),
    Automation("Account", When.BEFORE, Rewrite("MRR__c", "1")),
    Automation("Objective_KPI__c", When.AFTER, TouchParent("Objective__c", "Source_Attribute__c", "Description__c")),
    Automation("Playbook_Task__c", When.AFTER, TouchParent("Playbook__c", "Description__c", "Name")),
    Automation("Objective__c", When.BEFORE, Reject('CONTAINS(Name, "7")', "No sevens", "Name")),
    Automation(
        "Playbook_Task__c", When.AFTER, Reject('CONTAINS(Name, "5")', "System.NullPointerException", throws=True)
    ),
)


class Strangers:
    """Act in the CRM past everybody's plans; `acts` are theirs, with their weights."""

    def __init__(self, world: World, people: People, random: Random) -> None:
        self._world, self._people, self._random = world, people, random

    @property
    def acts(self) -> list[Act]:
        """What they do, and how often beside what people do."""
        return [(self.purge, 1)]

    def purge(self) -> None:
        """Remove a record from the recycle bin for good."""
        memory = self._people.memory
        if bin_ := sorted(memory.deleted_there - memory.undeleted):
            self._people.gone_there(
                lambda: self._world.org.writer.hard_delete(self._world.admin, self._random.choice(bin_))
            )

    def merge(self) -> None:
        """Merge two accounts."""
        accounts = sorted(self._world.there("account"))
        if len(accounts) > 1:
            winner, loser = self._random.sample(accounts, 2)
            self._people.gone_there(lambda: self._world.org.writer.merge(self._world.admin, winner, [loser]))

    def leave(self) -> None:
        """Take the automation away, as whoever looks after the org does when it is in the way."""
        self._world.org.automation.clear()

    def arrive(self, automation: tuple[Automation, ...]) -> None:
        """Set automation up."""
        for one in automation:
            self._world.org.automation.add(one)
