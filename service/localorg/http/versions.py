"""The API versions that the org speaks, and the resources of one of them."""

from __future__ import annotations

from werkzeug.wrappers import Request

from service.localorg.http.api import NEWEST, OLDEST, Api
from service.localorg.http.messages import Answer, Call

_SEASONS = ("Spring", "Summer", "Winter")
_SPRING_21 = 51


def versions(api: Api, request: Request) -> Answer:
    """List the versions; this needs no session."""
    del api, request
    return Answer(
        body=[
            {"label": _label(number), "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
            for number in range(OLDEST, NEWEST + 1)
        ]
    )


def resources(api: Api, call: Call) -> Answer:
    """List the resources of a version."""
    names = ("composite", "jobs", "limits", "query", "queryAll", "sobjects")
    body = {name: f"{call.data_path}/{name}" for name in names}
    body["identity"] = f"{call.host}/id/{api.org.org_id}/{call.actor.user_id}"
    return Answer(body=body)


def _label(number: int) -> str:
    """Three releases a year; the winter one is named after the coming year."""
    years, season = divmod(number - _SPRING_21, len(_SEASONS))
    return f"{_SEASONS[season]} '{21 + years + (season == len(_SEASONS) - 1)}"
