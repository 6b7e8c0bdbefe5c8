"""When a job is due: every so often, or at a time of day in the org's own zone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import takewhile
from typing import Protocol
from zoneinfo import ZoneInfo

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LATE = timedelta(hours=1)
"""What was due longer ago is missed, not run."""
LOOK_BACK = timedelta(days=1)
"""After a longer standstill only its last day is told."""


class When(Protocol):
    """A rule that says when something is due."""

    def after(self, moment: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """Yield the due moments after a moment, without end."""
        ...


@dataclass(frozen=True, slots=True)
class Every:
    """Due at each multiple of a period, whatever the zone."""

    period: timedelta

    def after(self, moment: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """Yield the due moments after a moment, without end."""
        seconds = int(self.period.total_seconds())
        at = datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, UTC)
        while True:
            at += self.period
            yield at

    def __str__(self) -> str:
        minutes, seconds = divmod(int(self.period.total_seconds()), 60)
        return f"every {minutes} min" if not seconds else f"every {minutes * 60 + seconds} s"


@dataclass(frozen=True, slots=True)
class Daily:
    """Due once on each of these days of the org's zone, by its local time.

    A time that the clocks skip in spring is due at the same distance from midnight; one that they show twice in autumn
    is due the first time.
    """

    at: time
    days: tuple[str, ...] = DAYS

    def after(self, moment: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """Yield the due moments after a moment, without end."""
        day = moment.astimezone(zone).date()
        while True:
            at = datetime.combine(day, self.at, tzinfo=zone).astimezone(UTC)
            if at > moment and DAYS[day.weekday()] in self.days:
                yield at
            day += timedelta(days=1)

    def __str__(self) -> str:
        days = "daily" if self.days == DAYS else ", ".join(self.days)
        return f"{days} at {self.at:%H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One moment at which a job is due, or was and is no longer worth running."""

    job: str
    at: datetime
    missed: bool


def due(rules: Iterable[tuple[str, When]], zone: ZoneInfo, *, since: datetime, now: datetime) -> list[Due]:
    """Return what fell due in a zone after `since` and up to `now`: of each job the newest moment runs, unless stale."""
    found = []
    for job, when in rules:
        moments = list(takewhile(lambda at: at <= now, when.after(max(since, now - LOOK_BACK), zone)))
        found += [Due(job=job, at=at, missed=at != moments[-1] or now - at > LATE) for at in moments]
    return found
