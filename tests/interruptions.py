"""Losing the org between two calls of one piece of work."""

from __future__ import annotations

from typing import Any

import pytest

from service.mirror import amending
from tests.world import World


def lose_after_booking(world: World, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """Let no call through as soon as the first of many edits are booked."""
    book = amending._book_updates

    def book_and_lose(*args: Any, **more: Any) -> None:
        book(*args, **more)
        world.org.faults.set(rates={way: 1.0})

    monkeypatch.setattr(amending, "_book_updates", book_and_lose)
