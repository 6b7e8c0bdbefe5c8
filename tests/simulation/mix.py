"""What a run has to live through: each seed chooses its own mix, so that what breaks can be found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from service.localorg.automation.model import Automation
from service.localorg.faults.kinds import OF_CALLS, Fault
from tests.simulation.strangers import AUTOMATION

OF_ROWS = (Fault.LOCK, Fault.DUPLICATE, Fault.VALIDATION, Fault.SHORT_PAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """How often the process is killed, how often people act in the middle of a cycle, and how the road fares."""

    kills: float = 0
    """The chance of death at each numbered point."""
    bystanders: float = 0
    """The chance that somebody acts at a point."""
    rates: Mapping[Fault, float] = field(default_factory=dict)
    """How often each fault strikes."""
    rows_per_call: int | None = None
    """How many rows the customer's triggers bear in one call."""
    calls_left: int | None = None
    """How many API calls are ours before our share of the day is used up; None for plenty."""

    automation: tuple[Automation, ...] = ()
    """What the customer's own flows and triggers do."""
    strangers: bool = False
    """Whether others have long transactions and purge the recycle bin."""
    schema: bool = False
    """Whether an administrator takes mapped fields away."""

    @classmethod
    def choose(cls, random: Random) -> Mix:
        """Draw a mix; a storm strikes about every tenth call."""
        storm = random.choice((0, 0.1, 0.1, 0.1, 0.2))
        kinds = random.choice((OF_CALLS, OF_CALLS, (random.choice(OF_CALLS),)))
        rows = random.choice((0, 0, 0.05, 0.2))
        return cls(
            kills=random.choice((0, 0.003, 0.003, 0.01)),
            bystanders=random.choice((0, 0.05, 0.1)),
            rates={**dict.fromkeys(kinds, storm / len(kinds)), **dict.fromkeys(OF_ROWS, rows)},
            rows_per_call=random.choice((None, None, None, random.randint(1, 8))),
            automation=tuple(random.sample(AUTOMATION, random.choice((0, 0, 1, 2)))),
            strangers=random.random() < 0.3,
            schema=random.random() < 0.15,
            calls_left=random.choice((None, None, None, None, random.randint(3, 30))),
        )


CALM = Mix()
"""The end of every run."""
