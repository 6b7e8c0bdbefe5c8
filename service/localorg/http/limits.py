"""Limits: what the org allows a day and what is left of it, and how many records each object has."""

from __future__ import annotations

from service.localorg.http.api import Api
from service.localorg.http.messages import Answer, Call

_UNUSED = {
    "DailyBulkV2QueryJobs": 10_000,
    "DailyBulkV2QueryFileStorageMB": 976_562,
    "DailyBulkApiBatches": 15_000,
    "DataStorageMB": 1_024,
    "FileStorageMB": 1_024,
    "ActiveScratchOrgs": 0,
    "DailyScratchOrgs": 0,
}


def limits(api: Api, call: Call) -> Answer:
    """Return each limit with its maximum and what remains."""
    del call
    usage = api.usage
    body = {name: {"Max": most, "Remaining": most} for name, most in _UNUSED.items()}
    body["DailyApiRequests"] = {"Max": usage.allowance, "Remaining": max(0, usage.allowance - usage.used)}
    return Answer(body=body)


def record_count(api: Api, call: Call) -> Answer:
    """Return how many records the objects named (or all that the actor may read) have."""
    access, objects = api.org.access, api.org.schema.objects.values()
    asked = {name.strip().lower() for name in call.query.get("sObjects", "").split(",") if name.strip()}
    counted = [
        {"count": api.count(sobject), "name": sobject.name}
        for sobject in sorted(objects, key=lambda o: o.name)
        if access.object_rights(call.actor, sobject.name).read and (not asked or sobject.name.lower() in asked)
    ]
    return Answer(body={"sObjects": counted})
