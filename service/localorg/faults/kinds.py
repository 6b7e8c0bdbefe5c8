"""The kinds of faults, by what they befall."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """One thing that can go wrong; the value is its name in settings and counts."""

    NOT_SENT = "not_sent"
    """The connection is cut before the org has seen the call."""
    LOST_ANSWER = "lost_answer"
    """The call is carried out, then the connection is cut without an answer."""
    SERVER_ERROR = "server_error"
    """500, and nothing was done."""
    LATE_SERVER_ERROR = "late_server_error"
    """500, although the call was carried out."""
    UNAVAILABLE = "unavailable"
    """503, and nothing was done."""
    LIMIT = "limit"
    """The org's calls of 24 hours are said to be used up."""
    CONCURRENT_LIMIT = "concurrent_limit"
    """Too many calls are said to be running at once."""
    EXPIRED_SESSION = "expired_session"
    """All sessions of the org end."""
    SLOW = "slow"
    """The answer takes its time."""
    TORN = "torn"
    """The connection is cut in the middle of the answer's body."""
    SHORT_PAGE = "short_page"
    """A page of a query, or of bulk results, has fewer rows than was asked for."""
    LOCK = "lock"
    """Somebody else holds the lock of a row, or of its parent."""
    DUPLICATE = "duplicate"
    """A duplicate rule of the customer refuses a row."""
    VALIDATION = "validation"
    """A validation rule of the customer refuses a row."""
    GOVERNOR = "governor"
    """The customer's triggers use up what Apex grants one transaction; set by rows per call, not by a rate."""
    SIGN_IN_DOWN = "sign_in_down"
    """503 to whoever signs in."""


OF_CALLS = (
    Fault.NOT_SENT,
    Fault.LOST_ANSWER,
    Fault.SERVER_ERROR,
    Fault.LATE_SERVER_ERROR,
    Fault.UNAVAILABLE,
    Fault.LIMIT,
    Fault.CONCURRENT_LIMIT,
    Fault.EXPIRED_SESSION,
    Fault.SLOW,
    Fault.TORN,
)
"""Faults that befall a whole call, at most one of them each."""

RATED = tuple(fault for fault in Fault if fault is not Fault.GOVERNOR)
"""Faults that strike at a rate."""
