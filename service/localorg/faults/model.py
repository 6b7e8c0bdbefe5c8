"""The faults of one org: how often each strikes, decided by one seeded generator, and how often it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from service.localorg.errors import Refusal
from service.localorg.faults.kinds import OF_CALLS, RATED, Fault

FEWEST, MOST = 1, 200
"""Rows of a short page; Salesforce promises no size of a page."""
SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """Say how often each fault strikes."""

    seed: int = 0
    rates: Mapping[Fault, float] = field(default_factory=dict)
    rows_per_call: int | None = None
    """How many rows of one call the customer's triggers bear."""
    seconds: float = SECONDS
    """How long a slow answer takes."""


class Faults:
    """Strike calls and rows; equal seeds and equal calls give equal faults."""

    def __init__(self) -> None:
        self.transaction: ApexTransaction | None = None
        self._begin(Weather())

    def set(
        self,
        *,
        seed: int = 0,
        rates: Mapping[str, float] | None = None,
        rows_per_call: int | None = None,
        seconds: float = SECONDS,
    ) -> None:
        """Begin anew, with rates between 0 and 1 by the names of the faults."""
        known = {_rated(name): rate for name, rate in (rates or {}).items()}
        if not all(0 <= rate <= 1 for rate in known.values()):
            raise Refusal("INVALID_INPUT", "a rate is between 0 and 1")
        self._begin(Weather(seed=seed, rates=known, rows_per_call=rows_per_call, seconds=seconds))

    def storm(self, seed: int, rate: float) -> None:
        """Begin anew with all faults of calls, which together strike as often as `rate` says."""
        self.set(seed=seed, rates=dict.fromkeys(OF_CALLS, rate / len(OF_CALLS)))

    def once(self, *names: str) -> None:
        """Let each of these strike once, at the next occasion that it has, one after the other."""
        self._announced += [_rated(name) for name in names]

    def clear(self) -> None:
        """Let nothing strike any more, and forget the counts."""
        self._begin(Weather())

    def of_call(self) -> Fault | None:
        """Decide by one draw what befalls a call."""
        announced = next((fault for fault in self._announced if fault in OF_CALLS), None)
        if announced:
            return self._take(announced)
        rates = {fault: rate for fault in OF_CALLS if (rate := self.weather.rates.get(fault))}
        drawn = self._random.random() if rates else 1.0
        for fault, rate in rates.items():
            drawn -= rate
            if drawn < 0:
                return self.note(fault)
        return None

    def strikes(self, fault: Fault) -> bool:
        """Decide by one draw whether a fault strikes at this occasion."""
        if fault in self._announced:
            self._take(fault)
            return True
        rate = self.weather.rates.get(fault)
        if rate and self._random.random() < rate:
            self.note(fault)
            return True
        return False

    def page(self, size: int) -> int:
        """Return how many rows there are on a page for which `size` rows are due."""
        return min(size, self._random.randint(FEWEST, MOST)) if self.strikes(Fault.SHORT_PAGE) else size

    def note(self, fault: Fault) -> Fault:
        """Count a fault that strikes."""
        self.counts[fault] += 1
        return fault

    @contextmanager
    def apex_transaction(self, *, allows_duplicates: bool = False) -> Iterator[None]:
        """Let faults of rows strike what is written in this block; its rows add up to one transaction of Apex."""
        around, self.transaction = self.transaction, ApexTransaction(allows_duplicates)
        try:
            yield
        finally:
            self.transaction = around

    def _begin(self, weather: Weather) -> None:
        self.weather = weather
        self.counts: Counter[Fault] = Counter()
        self._announced: list[Fault] = []
        self._random = Random(weather.seed)  # noqa: S311 - to be repeated, not to be secret

    def _take(self, fault: Fault) -> Fault:
        self._announced.remove(fault)
        return self.note(fault)


@dataclass(slots=True)
class ApexTransaction:
    """Hold what the rows of one call have in common."""

    allows_duplicates: bool
    rows: int = 0
    locked: dict[str, bool] = field(default_factory=dict)
    """Whether somebody else holds the lock of a record, by id, as far as that came up."""


def _rated(name: str) -> Fault:
    if name not in RATED:
        raise Refusal("INVALID_INPUT", f"no such fault: {name}; there are {', '.join(RATED)}")
    return Fault(name)
