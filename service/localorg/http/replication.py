"""getUpdated and getDeleted: which records changed or went within a window of whole minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.localorg.errors import Refusal
from service.localorg.http.api import Api
from service.localorg.http.messages import Answer, Call
from service.localorg.http.query import records_of
from service.localorg.records.values import stamp
from service.localorg.schema.model import SObject

UPDATED_DAYS, DELETED_DAYS, MOST_IDS = 30, 15, 600_000


def updated(api: Api, call: Call, name: str) -> Answer:
    """Return the ids of records created or changed within the window."""
    sobject = _replicated(api, call, name)
    start, end = _window(api, call, timedelta(days=UPDATED_DAYS))
    condition = f"SystemModstamp >= {stamp(start)} AND SystemModstamp < {stamp(end)}"
    text = f"SELECT Id FROM {sobject.name} WHERE {condition} ORDER BY Id"  # noqa: S608
    ids = [record["Id"] for record in records_of(api, call, text)]
    _check_count(len(ids))
    return Answer(body={"ids": ids, "latestDateCovered": _covered(api, end)})


def deleted(api: Api, call: Call, name: str) -> Answer:
    """Return the ids of records deleted within the window, those gone for good included."""
    sobject = _replicated(api, call, name)
    start, end = _window(api, call, timedelta(days=DELETED_DAYS))
    log = api.org.storage.execute(
        'SELECT id, at FROM "__deleted__" WHERE object = ? AND at >= ? AND at < ? ORDER BY at, id',
        (sobject.name, stamp(start), stamp(end)),
    ).fetchall()
    seen = [(record_id, at) for record_id, at in log if _shown(api, call, sobject, record_id)]
    _check_count(len(seen))
    earliest = api.org.clock.now() - timedelta(days=DELETED_DAYS)
    return Answer(
        body={
            "deletedRecords": [{"deletedDate": _rest(at), "id": record_id} for record_id, at in seen],
            "earliestDateAvailable": _rest(stamp(earliest.replace(second=0, microsecond=0))),
            "latestDateCovered": _covered(api, end),
        }
    )


def _replicated(api: Api, call: Call, name: str) -> SObject:
    sobject = api.sobject(call, name)
    if not sobject.replicateable:
        raise Refusal("INVALID_TYPE_FOR_OPERATION", f"entity type {sobject.name} is not replicateable")
    return sobject


def _shown(api: Api, call: Call, sobject: SObject, record_id: str) -> bool:
    """A record in the recycle bin is subject to sharing; one that is gone has no owner to ask about."""
    row = api.org.storage.row(sobject.name, record_id)
    return row is None or api.org.access.may_see_row(call.actor, sobject.name, row)


def _window(api: Api, call: Call, reach: timedelta) -> tuple[datetime, datetime]:
    start, end = (_minute(call, name) for name in ("start", "end"))
    if start >= end:
        raise _out_of_range("startDate must be at least one minute greater than endDate")
    if start < (api.org.clock.now() - reach).replace(second=0, microsecond=0):
        raise _out_of_range(f"startDate cannot be more than {reach.days} days ago")
    return start, end


def _minute(call: Call, name: str) -> datetime:
    """Read a moment of the query; a plus sign that was not escaped has become a space."""
    text = call.query.get(name, "").replace(" ", "+")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal("INVALID_FIELD", f"{name}: value not of required type: {text}") from None
    if moment.tzinfo is None:
        raise Refusal("INVALID_FIELD", f"{name}: a time zone is required: {text}")
    return moment.replace(second=0, microsecond=0)


def _covered(api: Api, end: datetime) -> str:
    """Nothing is covered past now, nor past the start of a transaction that may commit yet."""
    now = api.org.clock.now()
    until = min(now, api.org.transactions.oldest or now)
    return _rest(stamp(min(end, until.replace(second=0, microsecond=0))))


def _rest(stored: str) -> str:
    return stored[:-1] + "+0000"


def _check_count(count: int) -> None:
    if count > MOST_IDS:
        raise Refusal("EXCEEDED_ID_LIMIT", f"cannot return more than {MOST_IDS} ids; choose dates that are closer")


def _out_of_range(message: str) -> Refusal:
    return Refusal("INVALID_REPLICATION_DATE", message)
