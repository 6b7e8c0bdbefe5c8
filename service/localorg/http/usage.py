"""API calls of the last 24 hours, counted as Salesforce counts them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from service.localorg.clock import Clock
from service.localorg.errors import Refusal

DEFAULT_ALLOWANCE = 100_000


class Usage:
    """Count calls by the hour and refuse them once the allowance of 24 hours is used up."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._hours: Counter[str] = Counter()
        self.allowance = DEFAULT_ALLOWANCE

    @property
    def used(self) -> int:
        """Return the calls of the last 24 hours."""
        oldest = self._hour(ago=timedelta(hours=23))
        return sum(count for hour, count in self._hours.items() if hour >= oldest)

    def count(self) -> None:
        """Count one call, or refuse it at the limit."""
        if self.used >= self.allowance:
            raise Refusal("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403)
        self._hours[self._hour()] += 1

    def reset(self, *, allowance: int, used: int = 0) -> None:
        """Set the allowance and what is used of it."""
        self.allowance = allowance
        self._hours = Counter({self._hour(): used})

    def header(self) -> str:
        """Return the value of the `Sforce-Limit-Info` header."""
        return f"api-usage={self.used}/{self.allowance}"

    def _hour(self, ago: timedelta = timedelta()) -> str:
        return (self._clock.now() - ago).strftime("%Y-%m-%dT%H")
