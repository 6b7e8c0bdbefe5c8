"""Faults of what somebody entered: which field, what is wrong with it, and the way out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault; `code` is for machines, `message` names the value and the way out, `record` is the id of its record.

    A fault of the whole record has an empty `field`.
    """

    field: str
    code: str
    message: str
    record: str | None = None
