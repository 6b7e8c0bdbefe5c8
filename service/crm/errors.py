"""What can go wrong with Salesforce, named by what the caller must do about it.

CrmError
├── Retryable      try again later: the road was busy or broke; when `ambiguous`, look first whether it landed
├── Refused        change the request: Salesforce said no, with code, message and fields
├── SignInNeeded   have a person let us in again
├── LimitReached   wait: the org's API calls of 24 hours are used up
├── Unreachable    mend the road: host name, network or certificate
└── Unquotable     change the code: a value that SOQL has no literal for
"""

# ruff: noqa: N818 - an error is named for what its caller must do
from __future__ import annotations

from dataclasses import dataclass

from service.errors import PlansyncError

TRANSIENT = frozenset({"UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT", "REQUEST_RUNNING_TOO_LONG"})
"""Codes that say "not now"; Salesforce has rolled back what it had begun."""

OVERLOADED = "System.LimitException"
"""What Apex says when the triggers of one call have used up its limits, which add up over all parts of a composite."""

CODE_OF_THE_ORG = frozenset(
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER", "UNKNOWN_EXCEPTION"}
)
"""Codes of an org's own automation: when it breaks on one row, every row of the batch is refused with its words."""

HALTED = frozenset({"PROCESSING_HALTED", "ALL_OR_NONE_OPERATION_ROLLED_BACK"})
"""Codes that only say that another part of the same request failed."""

HIDDEN = frozenset({"INVALID_TYPE", "INVALID_FIELD", "INSUFFICIENT_ACCESS"})
"""Codes by which an org answers a query of its setup to who may not see it: without View Setup and Configuration."""

HIDDEN_TO_TOOLING = HIDDEN | {"NOT_FOUND", "FUNCTIONALITY_NOT_ENABLED"}
"""The same where the Tooling API is asked, which may not be open at all."""

ALREADY_GONE = frozenset({"ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND"})
"""Answers to a delete that mean it is done."""


@dataclass(frozen=True, slots=True)
class RowError:
    """Say why Salesforce refused one row."""

    code: str
    message: str
    fields: tuple[str, ...] = ()

    @property
    def transient(self) -> bool:
        """Tell whether the same row may well be accepted later; a trigger's own failure quotes what stopped it."""
        return self.code in TRANSIENT or "UNABLE_TO_LOCK_ROW" in self.message

    @property
    def overloaded(self) -> bool:
        """Tell whether the call as a whole was more than the org bears."""
        return OVERLOADED in self.message

    def __str__(self) -> str:
        where = f" ({', '.join(self.fields)})" if self.fields else ""
        return f"{self.code}: {self.message}{where}"


class CrmError(PlansyncError):
    """Report that a request to Salesforce has no good answer."""

    repeatable = False
    """Whether the very same request may be sent again without harm."""


class Retryable(CrmError):
    """Report a busy or broken road; an ambiguous one may have carried the request out all the same."""

    def __init__(self, reason: str, *, status: int | None = None, ambiguous: bool = False) -> None:
        way_out = "it may have landed, so look before sending it again" if ambiguous else "try again in a while"
        super().__init__(f"Salesforce gave no answer: {reason}; {way_out}.")
        self.reason, self.status, self.ambiguous = reason, status, ambiguous
        self.repeatable = not ambiguous


class Refused(CrmError):
    """Report Salesforce's refusal with its own codes, messages and fields; of a graph, the part that failed."""

    def __init__(self, errors: tuple[RowError, ...], *, status: int, part: str | None = None) -> None:
        # The part that failed tells more than the parts that were halted because of it.
        self.first = next((error for error in errors if error.code not in HALTED), errors[0])
        super().__init__(f"Salesforce refused the request: {self.first}")
        self.errors, self.status, self.part = errors, status, part

    @property
    def code(self) -> str:
        """Return Salesforce's error code."""
        return self.first.code

    @property
    def message(self) -> str:
        """Return Salesforce's own words."""
        return self.first.message

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the fields that Salesforce blames."""
        return self.first.fields

    @property
    def transient(self) -> bool:
        """Tell whether the same request may well be accepted later."""
        return self.first.transient


class SignInNeeded(CrmError):
    """Report that Salesforce does not let us in, with its reason and what to do."""

    def __init__(self, reason: str, way_out: str) -> None:
        super().__init__(f"Salesforce does not let Plansync in ({reason}): {way_out}.")
        self.reason, self.way_out = reason, way_out


class LimitReached(CrmError):
    """Report that the org's API calls of 24 hours are used up."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The org's API calls are used up ({reason}): wait, or ask Salesforce for a higher limit.")
        self.reason = reason


class Unreachable(CrmError):
    """Report a host that cannot be reached, and where to look."""

    def __init__(self, host: str, reason: str, way_out: str, *, repeatable: bool) -> None:
        super().__init__(f"{host} cannot be reached ({reason}): {way_out}.")
        self.host, self.reason, self.way_out, self.repeatable = host, reason, way_out, repeatable


class Unquotable(CrmError):
    """Report a value or a name that cannot stand in SOQL."""

    def __init__(self, what: object, why: str) -> None:
        super().__init__(f"{what!r} cannot stand in SOQL: {why}.")
        self.what, self.why = what, why
