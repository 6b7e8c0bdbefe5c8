"""The org's clock: real time plus an offset, or a moment that a test set."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Tell the org's time; `set` freezes it, `advance` moves a frozen clock, `run` lets it follow real time."""

    def __init__(self, at: datetime | None = None) -> None:
        self._frozen = at

    def now(self) -> datetime:
        """Return the aware UTC moment, cut to milliseconds as Salesforce stores it."""
        now = self._frozen or datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def set(self, at: datetime) -> None:
        """Freeze the clock at a moment."""
        self._frozen = at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move the clock on, freezing it if it was running."""
        self._frozen = self.now() + by

    def run(self) -> None:
        """Follow real time again."""
        self._frozen = None

    def wait(self, seconds: float) -> None:
        """Let time pass: a frozen clock moves on, a running one is waited for."""
        if self._frozen:
            self.advance(timedelta(seconds=seconds))
        else:
            time.sleep(seconds)
