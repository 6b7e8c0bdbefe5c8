"""The one road to an org: every call, ours and simple-salesforce's, passes `Session.exchange`.

What simple-salesforce leaves open is closed here: a timeout always; one sign-in shared by all threads, and the repeat
after it carries the same headers; backoff for what is safe to repeat; the token of the moment, whatever header the
caller brings; the org's own scheme and host instead of `https://`; a CA per request, which `REQUESTS_CA_BUNDLE`
cannot override; calls counted. Tests and demos mount an adapter on an org's URL and stay in-process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from math import inf
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from simple_salesforce.api import Salesforce
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from service.crm import faults
from service.crm.answers import row_errors
from service.crm.errors import CrmError, LimitReached, Refused, SignInNeeded, Unreachable
from service.crm.login import LOOPBACK, Grant, Login
from service.domain.pacing import exhausted

T = TypeVar("T")
OUR_BUDGET = 0.8
"""The part of an org's API calls that work by itself may use up; the rest is for people (P9)."""
FOR_PEOPLE = inf
"""The budget of somebody who waits for the answer: the reserve is theirs, and only the org itself says no (P9)."""
MOST_SIGN_INS = 2
"""Sign-ins for one request: a fresh session may be ended by whoever ends them all."""

_HEADERS = {
    "Sforce-Call-Options": "client=Plansync",
    # Absent means TRUE in REST; on subrequests it would cost them their collation, so it stands on the outer request.
    "Sforce-Auto-Assign": "FALSE",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSettings:
    """Say how patient the session is, which CA it trusts beside the usual ones, and what it may use up.

    `budget` is the part of the org's API calls of 24 hours after which Plansync stops: the rest is for people (P9).
    """

    connect_timeout: float = 10
    read_timeout: float = 120
    attempts: int = 4
    longest_wait: float = 30
    ca_file: Path | None = None
    budget: float = OUR_BUDGET


@dataclass(frozen=True, slots=True)
class Limit:
    """Tell the org's API calls of the last 24 hours."""

    used: int
    allowed: int


class Session(requests.Session):
    """Carry requests to one org, signed in, with a timeout, counted and repeated where that is safe."""

    def __init__(
        self,
        login: Login,
        *,
        settings: SessionSettings | None = None,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.headers.update(_HEADERS)
        # Threads share this session; a cookie of one answer has no business in another's request.
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self.api_calls = 0
        self.limit: Limit | None = None
        self.org_time: datetime | None = None
        self.asked_at: datetime | None = None
        self._monotonic = monotonic
        self._login, self._settings, self._sleep = login, settings or SessionSettings(), sleep
        self._door: Grant | SignInNeeded = SignInNeeded("nobody has signed in yet", "sign in")
        self._sign_in_lock, self._count_lock = Lock(), Lock()

    @property
    def budget(self) -> float:
        """Tell which part of the org's API calls is ours to use."""
        return self._settings.budget

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        """Send a request of simple-salesforce; its answer, if any, is whole JSON."""
        return self.exchange(method, url, _whole, **kwargs)

    def exchange(
        self,
        method: str,
        url: str,
        read: Callable[[requests.Response], T],
        *,
        repeatable: bool | None = None,
        expects: frozenset[int] = frozenset(),
        **kwargs: Any,
    ) -> T:
        """Send a request and return what `read` makes of its answer; statuses in `expects` are answers, too."""
        repeatable = method == "GET" if repeatable is None else repeatable

        def attempt() -> T:
            grant = self.grant()
            with faults.translated(grant.host, repeatable=repeatable):
                return read(_judged(self._signed(grant, method, url, **kwargs), repeatable, expects))

        return Retrying(
            retry=retry_if_exception(lambda error: isinstance(error, CrmError) and error.repeatable),
            stop=stop_after_attempt(self._settings.attempts),
            wait=wait_exponential_jitter(multiplier=0.5, max=self._settings.longest_wait),
            sleep=self._sleep,
            reraise=True,
        )(attempt)

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """Keep the environment's proxies out of the way to this machine itself: no proxy could reach it."""
        merged = super().merge_environment_settings(url, proxies, stream, verify, cert)
        return {**merged, "proxies": {}} if urlsplit(url).hostname in LOOPBACK else merged

    def grant(self) -> Grant:
        """Return the grant of the moment, signing in if there is none."""
        door = self._door
        return door if isinstance(door, Grant) else self._sign_in(door)

    def _signed(self, grant: Grant, method: str, url: str, **kwargs: Any) -> requests.Response:
        """Send a request, signed in anew where the session has ended; another one's end may meet the repeat, too."""
        response = self._send(grant, method, url, **kwargs)
        for _ in range(MOST_SIGN_INS):
            if not _expired(response):
                return response
            grant = self._sign_in(grant)
            response = self._send(grant, method, url, **kwargs)
        if _expired(response):
            reason = next((error.message for error in row_errors(response.json())), "the fresh token is not accepted")
            raise SignInNeeded(reason, "check that the user may use the API, then connect the org again")
        return response

    def _sign_in(self, seen: Grant | SignInNeeded) -> Grant:
        """Sign in once for all who saw the same door: the first to get the lock tries, the rest share what it met."""
        with self._sign_in_lock:
            if self._door is seen:
                self._door = self._try_door(seen)
            door = self._door
        if isinstance(door, SignInNeeded):
            raise SignInNeeded(door.reason, door.way_out) from door
        return door

    def _try_door(self, seen: Grant | SignInNeeded) -> Grant | SignInNeeded:
        try:
            grant = self._login.sign_in(self._post_form)
        except SignInNeeded as refusal:
            return refusal
        if isinstance(seen, Grant) and seen.token == grant.token:
            return SignInNeeded("the access token has expired", "give a fresh one, or connect with a login that renews")
        return grant

    def _send(self, grant: Grant, method: str, url: str, **kwargs: Any) -> requests.Response:
        there = urlsplit(url)._replace(scheme="", netloc="").geturl()
        counted = there.startswith("/services/data/")
        if counted:
            self._stay_in_budget()
        with self._count_lock:
            self.api_calls += counted
        began, before = self._monotonic(), self.org_time
        response = super().request(
            method, grant.instance_url + there, auth=_Bearer(grant.token), **(kwargs | self._constants())
        )
        self._note(response.headers, took=self._monotonic() - began, before=before)
        return response

    def _stay_in_budget(self) -> None:
        limit = self.limit
        if limit and exhausted(limit.used, limit.allowed, share=self.budget):
            raise LimitReached(f"{limit.used} of {limit.allowed}; the rest is kept for people")

    def _constants(self) -> dict[str, Any]:
        settings = self._settings
        return {
            "timeout": (settings.connect_timeout, settings.read_timeout),
            "verify": str(settings.ca_file) if settings.ca_file else None,
            # Followed, a redirected POST would arrive as a GET.
            "allow_redirects": False,
        }

    def _post_form(self, url: str, form: dict[str, str]) -> dict[str, Any]:
        host = urlsplit(url).netloc
        with faults.translated(host, repeatable=True):
            response = super().request("POST", url, data=form, auth=_Anonymous(), **self._constants())
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise faults.of_answer(response, repeatable=True)
        try:
            answer = response.json()
        except requests.JSONDecodeError as error:
            way_out = "give the org's My Domain URL, https://<name>.my.salesforce.com"
            raise Unreachable(host, "it is not Salesforce's sign-in", way_out, repeatable=False) from error
        return answer if isinstance(answer, dict) else {}

    def _note(self, headers: Mapping[str, str], *, took: float, before: datetime | None) -> None:
        if usage := Salesforce.parse_api_usage(headers.get("Sforce-Limit-Info", "")).get("api-usage"):
            self.limit = Limit(usage.used, usage.total)
        # A proxy's odd date, or none, leaves the last one standing.
        with suppress(ValueError):
            self.org_time = parsedate_to_datetime(headers.get("Date", ""))
            # Both are whole seconds: what is left over of either is less than the second that each is blind for.
            asked_at = self.org_time - timedelta(seconds=int(took))
            # A long body counts as well, but what goes out after an answer is no older than that one.
            self.asked_at = min(self.org_time, max(asked_at, before or asked_at))


class _Bearer(AuthBase):
    """Set the token last, past any header of the caller and any .netrc of the machine."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _Anonymous(AuthBase):
    """Send a form as it is, past any .netrc of the machine."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def _judged(response: requests.Response, repeatable: bool, expects: frozenset[int]) -> requests.Response:
    if response.status_code < HTTPStatus.MULTIPLE_CHOICES:
        return response
    fault = faults.of_answer(response, repeatable=repeatable)
    if isinstance(fault, Refused) and response.status_code in expects:
        return response
    raise fault


def _expired(response: requests.Response) -> bool:
    # The userinfo resource says it in its own way.
    if response.status_code == HTTPStatus.FORBIDDEN:
        return b"Bad_OAuth_Token" in response.content
    return response.status_code == HTTPStatus.UNAUTHORIZED


def _whole(response: requests.Response) -> requests.Response:
    if response.content:
        response.json()
    return response
