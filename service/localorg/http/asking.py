"""What a control is asked: a small JSON object from this machine, read strictly."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from werkzeug.wrappers import Request

from service.localorg.errors import Refusal

_LOOPBACK = frozenset({"127.0.0.1", "::1"})


def check_near(request: Request) -> None:
    """Refuse whoever does not call from this machine, as if there were nothing here."""
    if request.remote_addr not in _LOOPBACK:
        raise Refusal("NOT_FOUND", "The requested resource does not exist", status=404)


def asked(request: Request, *known: str) -> dict[str, Any]:
    """Return the JSON object that a control is asked with; anything unknown in it is refused."""
    check_near(request)
    found = request.get_json(force=True, silent=True)
    if not isinstance(found, dict) or not found.keys() <= set(known):
        raise Refusal("INVALID_INPUT", f"a JSON object with {', '.join(known)} is expected")
    return found


def moment(text: Any) -> datetime:
    """Read a moment with a time zone."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        raise Refusal("INVALID_INPUT", f"not a moment: {text}") from None
    if found.tzinfo is None:
        raise Refusal("INVALID_INPUT", f"a time zone is required: {text}")
    return found


def number(value: Any) -> float:
    """Read a number; true is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refusal("INVALID_INPUT", f"not a number: {value}")
    return value
