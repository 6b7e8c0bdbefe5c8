"""Pages of long lists: each begins behind the last row of the one before, however much was added meanwhile."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request, url_for
from werkzeug.exceptions import BadRequest

SIZE = 50
MARK = "from"
"""The name under which a page is told where it begins."""
Row = TypeVar("Row")
Place = TypeVar("Place")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and where the next ones begin; `first` says that nothing stands before them."""

    rows: Sequence[Row]
    next: str | None
    first: bool


def begin(read: Callable[[list[str]], Place]) -> Place | None:
    """Return where the page that is asked for begins; None for the first one."""
    given = request.args.get(MARK)
    if not given:
        return None
    try:
        place = json.loads(urlsafe_b64decode(given.encode()))
        _check(place)
        return read(place)
    except (ValueError, TypeError, IndexError) as error:
        raise BadRequest("This page begins nowhere; go back to the first one.") from error


def cut(found: Sequence[Row], place: Callable[[Row], Sequence[str]]) -> Page[Row]:
    """Return a page of what was found, one row of which, at most, belongs to the next page."""
    rows = found[:SIZE]
    after = urlsafe_b64encode(json.dumps(list(place(rows[-1]))).encode()).decode() if len(found) > SIZE else None
    return Page(rows, after, first=MARK not in request.args)


def page_url(mark: str | None = None) -> str:
    """Return the address of another page of the list that is shown."""
    values: dict[str, Any] = {**request.args.to_dict(), **(request.view_args or {}), MARK: mark}
    return url_for(request.endpoint or "", **values)


def _check(place: object) -> None:
    """Refuse what no row of ours holds, such as half a character."""
    if not isinstance(place, list) or not all(isinstance(part, str) for part in place):
        raise TypeError("a place is a list of texts")
    if any("\x00" in part for part in place):
        raise ValueError("no text holds NUL")
    "".join(place).encode()
