"""Conditional headers: dates to the second, compared with when a resource last changed."""

from __future__ import annotations

from datetime import UTC, datetime

from werkzeug.datastructures import Headers

from service.localorg.errors import Refusal

_FORMAT = "%a, %d %b %Y %H:%M:%S GMT"


def http_date(moment: datetime) -> str:
    """Write a moment as HTTP headers do."""
    return moment.astimezone(UTC).strftime(_FORMAT)


def unmodified_since(headers: Headers, changed: datetime, *, writing: bool) -> None:
    """Refuse with 412 what changed after If-Unmodified-Since; a malformed date stops a write."""
    since = _date(headers, "If-Unmodified-Since", strict=writing)
    if since and changed.replace(microsecond=0) > since:
        raise Refusal(
            "PRECONDITION_FAILED",
            "One or more of the preconditions that were specified in the request headers was not satisfied",
            status=412,
        )


def not_modified(headers: Headers, changed: datetime) -> bool:
    """Say whether the client's copy, as of If-Modified-Since, is still good."""
    since = _date(headers, "If-Modified-Since", strict=False)
    return since is not None and changed.replace(microsecond=0) <= since


def _date(headers: Headers, name: str, *, strict: bool) -> datetime | None:
    given = headers.get(name)
    if given is None:
        return None
    try:
        return datetime.strptime(given, _FORMAT).replace(tzinfo=UTC)
    except ValueError:
        if strict:
            raise Refusal("INVALID_HEADER_VALUE", f"Invalid value for header {name}: {given}") from None
        return None
