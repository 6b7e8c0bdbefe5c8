"""The one place where failures of the road and refusals of the far side become our errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from service.crm.answers import row_errors
from service.crm.errors import CrmError, LimitReached, Refused, Retryable, RowError, Unreachable

_ALIEN = "a page that is not Salesforce's: is there a proxy or a firewall on the way?"


@contextmanager
def translated(host: str, *, repeatable: bool) -> Iterator[None]:
    """Turn what `requests` and the JSON parser raise into our errors."""
    try:
        yield
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        # The text of the answer stays out of the message: it may be a whole page.
        raise Retryable(f"an answer that is torn, or {_ALIEN}", ambiguous=not repeatable) from error
    except requests.RequestException as error:
        raise of_road(error, host, repeatable=repeatable) from error


def of_road(error: requests.RequestException, host: str, *, repeatable: bool) -> CrmError:
    """Say what a failure on the way means; a request that was sent may have landed."""
    if isinstance(error, requests.exceptions.SSLError):
        way_out = "if its certificate is your own CA's, give that CA's file in SALESFORCE_CA_FILE"
        return Unreachable(host, "its certificate or its TLS is not accepted", way_out, repeatable=False)
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return Unreachable(host, "the URL is not one", "give the org's URL, https://...", repeatable=False)
    if _never_sent(error):
        return Unreachable(host, "no connection", "check the org's URL, the network and the proxy", repeatable=True)
    slow = isinstance(error, requests.Timeout)
    return Retryable("no answer in time" if slow else "the connection broke", ambiguous=not repeatable)


def of_answer(response: requests.Response, *, repeatable: bool) -> CrmError:
    """Say what an answer past 2xx means."""
    status, errors = response.status_code, _errors(response)
    if any(error.code == "REQUEST_LIMIT_EXCEEDED" for error in errors):
        return _over_the_limit(errors[0].message)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # Only Salesforce's own word proves that nothing was begun; a gateway's 502 or 504 proves nothing.
        begun = not any(error.transient for error in errors)
        return Retryable(_reason(status, errors), status=status, ambiguous=begun and not repeatable)
    if status == HTTPStatus.TOO_MANY_REQUESTS or any(error.transient for error in errors):
        return Retryable(_reason(status, errors), status=status)
    if "Location" in response.headers:
        return _moved(response)
    return Refused(errors or (RowError(f"HTTP_{status}", _ALIEN),), status=status)


def _never_sent(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError | ConnectTimeoutError)


def _errors(response: requests.Response) -> tuple[RowError, ...]:
    try:
        return row_errors(response.json())
    except requests.JSONDecodeError:
        return ()


def _over_the_limit(message: str) -> CrmError:
    # One code for two limits: too many at once passes soon, too many in 24 hours does not.
    return Retryable(message, status=HTTPStatus.FORBIDDEN) if "concurrent" in message.lower() else LimitReached(message)


def _reason(status: int, errors: tuple[RowError, ...]) -> str:
    return str(errors[0]) if errors else f"status {status} with {_ALIEN}"


def _moved(response: requests.Response) -> Unreachable:
    host, there = (urlsplit(url).netloc for url in (response.url, response.headers["Location"]))
    return Unreachable(host, f"it points to {there or host}", "give that as the org's URL", repeatable=False)
