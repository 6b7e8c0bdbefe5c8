"""What a request asks for, read with suspicion."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from flask import request
from werkzeug.exceptions import BadRequest

LONGEST = 1_000


def word(name: str) -> str:
    """Return a text that was given, empty if it was not; PostgreSQL takes no NUL."""
    return request.values.get(name, "")[:LONGEST].replace("\x00", "").strip()


def choice(name: str, known: Collection[str]) -> str:
    """Return a text that was chosen from a list, empty if none was."""
    given = word(name)
    if given and given not in known:
        raise BadRequest(f"{given!r} is no {name} that this page knows.")
    return given


def day(name: str) -> date | None:
    """Return a day that was given."""
    given = word(name)
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as error:
        raise BadRequest(f"{given!r} is no day; write it as 2026-11-22.") from error


def ids(name: str) -> list[UUID]:
    """Return the records that were ticked."""
    try:
        return [UUID(given) for given in request.form.getlist(name)]
    except ValueError as error:
        raise BadRequest("A record is named by its id.") from error
