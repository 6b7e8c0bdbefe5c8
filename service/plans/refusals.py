"""Why a use case did not do what was asked: each kind names what the caller must do about it.

Refusal
├── Denied       get the right, or ask somebody who has it
├── Invalid      correct the fields that it names
├── Missing      choose another record: this one is not there (any more)
├── Changed      look again: the record is another one than the caller saw
├── Held         do something else first: what it names stands in the way
└── Lost         do it again: the CRM gave no answer
"""

# ruff: noqa: N818 - a refusal is named for what its caller must do
from __future__ import annotations

from collections.abc import Sequence

from service.domain.faults import Fault
from service.errors import PlansyncError


class Refusal(PlansyncError):
    """Say why something was not done, with the faults of what was asked; nothing was changed."""

    code = "refused"

    def __init__(self, reason: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(reason)
        self.faults = tuple(faults)


class Denied(Refusal):
    """Report that the acting user may not do this."""

    code = "denied"


class Invalid(Refusal):
    """Report faults of what was entered; each names its field, the value and the way out."""

    code = "invalid"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.message for fault in faults), faults)


class Missing(Refusal):
    """Report a record that is not there, or that the acting user may not see."""

    code = "missing"


class Changed(Refusal):
    """Report that a record has changed since the caller saw it."""

    code = "changed"


class Held(Refusal):
    """Report that something stands in the way, such as the KPIs of an objective that is to be deleted (OB-62)."""

    code = "held"


class Lost(Refusal):
    """Report that the CRM gave no answer; what may have landed all the same is not done twice when it is repeated."""

    code = "lost"
