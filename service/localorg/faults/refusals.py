"""What Salesforce says when something is in the way."""

from __future__ import annotations

from service.localorg.errors import Refusal
from service.localorg.faults.kinds import Fault


def server_error() -> Refusal:
    """Return Salesforce's way of not saying what went wrong."""
    return Refusal(
        "UNKNOWN_EXCEPTION",
        "An unexpected error occurred. Please include this ErrorId if you contact support: 8425053-14906 (608530858)",
        status=500,
    )


def _unavailable() -> Refusal:
    return Refusal("SERVER_UNAVAILABLE", "Server Too Busy", status=503)


def _limit() -> Refusal:
    return Refusal("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403)


def _concurrent_limit() -> Refusal:
    message = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
    return Refusal("REQUEST_LIMIT_EXCEEDED", message, status=403)


_OF_CALL = {
    Fault.SERVER_ERROR: server_error,
    Fault.UNAVAILABLE: _unavailable,
    Fault.SIGN_IN_DOWN: _unavailable,
    Fault.LIMIT: _limit,
    Fault.CONCURRENT_LIMIT: _concurrent_limit,
}


def of_call(fault: Fault) -> Refusal | None:
    """Return the answer to a call of which nothing is carried out, if the fault is of that kind."""
    refusal = _OF_CALL.get(fault)
    return refusal() if refusal else None


def duplicate() -> Refusal:
    """Return the refusal of the customer's duplicate rule."""
    return Refusal(
        "DUPLICATES_DETECTED", "You're creating a duplicate record. We recommend you use an existing record instead."
    )


def validation() -> Refusal:
    """Return the refusal of the customer's validation rule."""
    return Refusal("FIELD_CUSTOM_VALIDATION_EXCEPTION", "A rule of this org refuses the record for now.")


def governor(sobject: str) -> Refusal:
    """Return what a row gets whose trigger found the limits of Apex used up."""
    name = sobject.removesuffix("__c").replace("_", "")
    return Refusal(
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"{name}Trigger: System.LimitException: Too many SOQL queries: 101"
    )
