"""What is computed from raw figures alike for every measure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Figures = Mapping[str, Any]


def rate(rows: float, seconds: float) -> float:
    """Return rows a second, rounded to a whole row."""
    return round(rows / seconds) if seconds > 0 else 0


def extrapolated(sample: Figures, rows: int) -> float:
    """Return the calls that so many rows take, where a sample of them was measured."""
    return round(rows * sample["calls"] / sample["rows"])


def megabytes(figures: Figures) -> float:
    """Return the most memory that a measurement held."""
    return round(figures["peak_mb"], 1)
