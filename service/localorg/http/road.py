"""The road to the org and back: what faults do to a call before, within and after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from email.utils import format_datetime

from werkzeug.wrappers import Request, Response

from service.localorg.faults.cut import Cut
from service.localorg.faults.kinds import Fault
from service.localorg.faults.refusals import of_call, server_error
from service.localorg.http.api import Api

RESOURCES_BELOW = "/services/data/v"
_ALLOW_SAVE = re.compile(r"allowSave\s*=\s*true", re.IGNORECASE)
_SIGN_IN = "/services/oauth2/token"


def fault_of(api: Api, request: Request) -> Fault | None:
    """Decide what befalls a request: resources are struck, sign-in where that is asked for, controls never."""
    with api.org.lock:
        if request.path.startswith(RESOURCES_BELOW):
            return api.org.faults.of_call()
        if request.path == _SIGN_IN and api.org.faults.strikes(Fault.SIGN_IN_DOWN):
            return Fault.SIGN_IN_DOWN
    return None


def arrive(api: Api, fault: Fault | None) -> None:
    """Do what happens before the org looks at a call."""
    if fault is Fault.NOT_SENT:
        raise Cut
    if fault is Fault.EXPIRED_SESSION:
        api.sessions.expire()


def enter(fault: Fault | None) -> None:
    """Refuse a call that was counted but is not to be carried out."""
    refusal = of_call(fault) if fault else None
    if refusal:
        raise refusal


def apex_transaction(api: Api, request: Request) -> AbstractContextManager[None]:
    """Return the transaction in which a call writes its rows, with what the call says of duplicates."""
    given = request.headers.get("Sforce-Duplicate-Rule-Header", "")
    return api.org.faults.apex_transaction(allows_duplicates=bool(_ALLOW_SAVE.search(given)))


def leave(fault: Fault | None) -> None:
    """Refuse a call that has been carried out."""
    if fault is Fault.LATE_SERVER_ERROR:
        raise server_error()


def date_of(api: Api) -> str:
    """Return the org's time as answers carry it: its clock can be set, so the server must not put in the machine's."""
    return format_datetime(api.org.clock.now(), usegmt=True)


def depart(api: Api, fault: Fault | None, response: Response) -> Response:
    """Do what happens to an answer on its way back."""
    if fault is Fault.LOST_ANSWER:
        raise Cut
    if fault is Fault.SLOW:
        # It was read, and then it took its time: the date is that of the answer.
        api.org.clock.wait(api.org.faults.weather.seconds)
        response.headers["Date"] = date_of(api)
    return _torn(response) if fault is Fault.TORN else response


def _torn(response: Response) -> Response:
    """Promise the whole body and cut the connection within it; where there is no body, cut at once."""
    whole = response.calculate_content_length()
    if whole == 0:
        raise Cut
    if whole is not None:
        response.content_length = whole
    response.response = _until_torn(response.iter_encoded())
    return response


def _until_torn(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield half a body; of a stream of rows the header, which comes first, and half of the chunk after it."""
    first, second = next(chunks, b""), next(chunks, b"")
    yield first if second else first[: len(first) // 2]
    yield second[: len(second) // 2]
    raise Cut
