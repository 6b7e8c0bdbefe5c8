"""Pacing: how long to leave an org alone, by what its API calls of 24 hours have come to (promise P9)."""

from __future__ import annotations

from datetime import timedelta

SLOW_FROM = 0.75
"""The part of our share from which the pauses grow."""
LONGEST_PAUSE = timedelta(minutes=15)
"""The pause between two cycles just before our share is used up."""
UNTIL_ASKED = timedelta(hours=1)
"""How long an org whose share is used up is left alone: after it one call asks how things stand."""


def exhausted(used: int, allowed: int, *, share: float) -> bool:
    """Say whether our share of the allowed calls is used up: the rest is kept for people."""
    return used >= allowed * share


def pause(used: int, allowed: int, *, share: float) -> timedelta:
    """Return how long the next cycle waits: not at all, longer the nearer the share's end, or until one call may ask."""
    if exhausted(used, allowed, share=share):
        return UNTIL_ASKED
    part = used / (allowed * share)
    return max(timedelta(), LONGEST_PAUSE * ((part - SLOW_FROM) / (1 - SLOW_FROM)))
