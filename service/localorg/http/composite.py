"""The composite resource: up to 25 requests in one call, later ones referring to earlier answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.localorg.errors import Refusal
from service.localorg.http.api import Api
from service.localorg.http.messages import Answer, Call, refused
from service.localorg.http.subrequests import Runner, Subrequest, read_subrequests, report, run, run_whole

MOST, MOST_HEAVY = 25, 5
_SUPPORTED = ("sobjects", "query", "queryAll", "composite/sobjects")
_HEAVY = ("query", "queryAll", "composite/sobjects")


def resources(api: Api, call: Call) -> Answer:
    """List the resources below the composite resource."""
    del api
    return Answer(body={name: f"{call.data_path}/composite/{name}" for name in ("batch", "graph", "sobjects", "tree")})


def composite(api: Api, call: Call) -> Answer:
    """Run the subrequests in order; all or none of them where the call says so."""
    asked = call.record()
    subrequests = read_subrequests(asked.get("compositeRequest"))
    excess = _excess(subrequests)
    if excess:
        return _results([{**report(subrequests[0], refused(excess)), "referenceId": None}])

    def answer_one(subrequest: Subrequest, bodies: Mapping[str, Any]) -> Answer:
        if _below(subrequest, _SUPPORTED):
            return run(api, call, subrequest, bodies)
        message = f"The resource {subrequest.url} is not supported in a composite request."
        return refused(Refusal("INVALID_INPUT", message))

    if asked.get("allOrNone") is True:
        return _results(run_whole(api, subrequests, answer_one))
    return _results(_run_each(subrequests, answer_one))


def _run_each(subrequests: list[Subrequest], answer_one: Runner) -> list[dict[str, Any]]:
    """Run the subrequests one by one; those that refer to one that failed fail as well."""
    bodies: dict[str, Any] = {}
    results = []
    for subrequest in subrequests:
        answer = answer_one(subrequest, bodies)
        if not answer.failed:
            bodies[subrequest.reference_id] = answer.body
        results.append(report(subrequest, answer))
    return results


def _excess(subrequests: list[Subrequest]) -> Refusal | None:
    if len(subrequests) > MOST:
        return Refusal("LIMIT_EXCEEDED", f"The request can't contain more than {MOST} operations.")
    if sum(_below(each, _HEAVY) for each in subrequests) > MOST_HEAVY:
        message = f"The request can't contain more than {MOST_HEAVY} query or sObject Collections operations."
        return Refusal("LIMIT_EXCEEDED", message)
    return None


def _below(subrequest: Subrequest, roots: tuple[str, ...]) -> bool:
    return any(subrequest.resource == root or subrequest.resource.startswith(root + "/") for root in roots)


def _results(results: list[dict[str, Any]]) -> Answer:
    return Answer(body={"compositeResponse": results})
