"""The claims of a token whose signature holds: read strictly, and judged at the moment that the caller names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from service.errors import PlansyncError

LIFETIME = timedelta(minutes=5)
"""How long a token may be good for, from the moment it is issued."""
LEEWAY = timedelta(seconds=30)
"""How far the clocks of the org and of this machine may be apart."""
_USER_ID = re.compile(r"005[0-9A-Za-z]{15}")
_JTI = re.compile(r"[!-~]{1,200}")


class TokenRefused(PlansyncError):  # noqa: N818 - named for what happened to the token
    """A token does not count; `code` is for machines, the sentence says the way out and never quotes the token."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a token says of whom."""

    user_id: str
    jti: str
    expires_at: datetime
    permissions: tuple[str, ...]
    name: str


def read_claims(payload: dict[str, Any], *, audience: str, now: datetime) -> Claims:
    """Return the claims of a token that is for us and good now; TokenRefused says what is wrong with it."""
    _check_audience(payload.get("aud"), audience)
    issued_at, expires_at = _moment(payload, "iat"), _moment(payload, "exp")
    if now >= expires_at + LEEWAY:
        raise TokenRefused("token_expired", "This token has expired; sign a new one for every request")
    if now < issued_at - LEEWAY:
        raise _unfit("iat is in the future: check the clock of this machine")
    if not timedelta() < expires_at - issued_at <= LIFETIME:
        raise _unfit(f"exp must be at most {LIFETIME.seconds // 60} minutes after iat")
    return Claims(
        user_id=_matching(payload, "sub", _USER_ID, "the 18-character id of a user"),
        jti=_matching(payload, "jti", _JTI, "1 to 200 visible ASCII characters"),
        expires_at=expires_at,
        permissions=_names(payload.get("permissions", [])),
        name=str(payload.get("name") or ""),
    )


def _check_audience(found: Any, audience: str) -> None:
    meant = found if isinstance(found, list) else [found]
    if audience.rstrip("/") not in {each.rstrip("/") for each in meant if isinstance(each, str)}:
        raise TokenRefused(
            "token_audience",
            f"This token is for another service; its aud must be {audience}, which PLANSYNC_URL names here and the "
            "package's setting names in the org",
        )


def _moment(payload: dict[str, Any], name: str) -> datetime:
    seconds = payload.get(name)
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise _unfit(f"{name} must be whole seconds since 1970")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise _unfit(f"{name} must be whole seconds since 1970") from error


def _matching(payload: dict[str, Any], name: str, form: re.Pattern[str], meant: str) -> str:
    found = payload.get(name)
    if not isinstance(found, str) or not form.fullmatch(found):
        raise _unfit(f"{name} must be {meant}")
    return found


def _names(found: Any) -> tuple[str, ...]:
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise _unfit("permissions must be a list of names")
    return tuple(found)


def _unfit(what: str) -> TokenRefused:
    return TokenRefused("token_claims", f"This token does not say what it must; {what}")
