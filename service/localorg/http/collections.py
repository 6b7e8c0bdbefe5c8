"""sObject Collections: up to 200 rows written, or 2,000 read, in one call, each with its own result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from service.localorg.errors import Crash, Refusal
from service.localorg.http.api import Api
from service.localorg.http.messages import Answer, Call, unreadable
from service.localorg.http.query import records_of
from service.localorg.http.rows import values_of
from service.localorg.ids import parse_id

WRITTEN, READ, CHUNKS = 200, 2000, 10

Result = dict[str, Any]
_ROLLED_BACK = Refusal(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)


class _RolledBack(Exception):  # noqa: N818 - leaves a transaction, is no failure
    """Undo what a collection has written."""


def create(api: Api, call: Call) -> Answer:
    """Create records of one or several types."""

    def save(record: Mapping[str, Any]) -> Result:
        record_id = api.org.writer.create(call.actor, _type_of(api, record), values_of(record))
        return _success(record_id)

    return _write(api, _records(call), save, all_or_none=_all_or_none(call))


def update(api: Api, call: Call) -> Answer:
    """Update records by their ids."""

    def save(record: Mapping[str, Any]) -> Result:
        record_id, values = _without(record, "id")
        full = _well_formed(record_id)
        api.org.writer.update(call.actor, _type_of(api, record), full, values)
        return _success(full)

    return _write(api, _records(call), save, all_or_none=_all_or_none(call))


def upsert(api: Api, call: Call, name: str, field: str) -> Answer:
    """Update or create records of one type by an external id."""
    sobject, records = api.sobject(call, name), _records(call)
    keys = Counter(str(_without(record, field)[0]).lower() for record in records)

    def save(record: Mapping[str, Any]) -> Result:
        if _type_of(api, record) != sobject.name:
            raise Refusal("INVALID_TYPE", f"The record is not of type {sobject.name}")
        key, values = _without(record, field)
        if key and keys[str(key).lower()] > 1:
            raise Refusal("DUPLICATE_VALUE", f"Duplicate external id specified: {key}")
        record_id, created = api.org.writer.upsert(call.actor, sobject.name, field, key, values)
        return {**_success(record_id), "created": created}

    return _write(api, records, save, all_or_none=_all_or_none(call))


def delete(api: Api, call: Call) -> Answer:
    """Delete records by their ids, of any type."""
    ids = [part.strip() for part in call.query.get("ids", "").split(",") if part.strip()]
    _check_count(len(ids), WRITTEN)

    def save(record_id: str) -> Result:
        full = _well_formed(record_id)
        api.org.writer.delete(call.actor, full)
        return _success(full)

    return _write(api, ids, save, all_or_none=call.query.get("allOrNone", "false").lower() == "true")


def retrieve(api: Api, call: Call, name: str) -> Answer:
    """Return records of one type in the order asked for, null for those that are not there."""
    ids, fields = _asked(call)
    sobject = api.sobject(call, name)
    _check_count(len(ids), READ)
    wanted = [_well_formed(record_id) for record_id in ids]
    if not wanted or not fields:
        raise unreadable("The ids and fields of the records to retrieve are required.")
    listed = ", ".join(f"'{record_id}'" for record_id in dict.fromkeys(wanted))
    names = ", ".join(dict.fromkeys(field for field in fields if field.lower() != "id"))
    text = f"SELECT Id{', ' + names if names else ''} FROM {sobject.name} WHERE Id IN ({listed})"  # noqa: S608
    found = {record["Id"]: record for record in records_of(api, call, text)}
    return Answer(body=[found.get(record_id) for record_id in wanted])


def _write(api: Api, rows: Sequence[Any], save: Callable[[Any], Result], *, all_or_none: bool) -> Answer:
    results: list[Result] = []
    try:
        with api.org.transaction():
            results = [_saved(save, row) for row in rows]
            if all_or_none and not all(result["success"] for result in results):
                raise _RolledBack
    except Crash as crash:
        results = [_failure(crash)] * len(rows)
    except _RolledBack:
        results = [_failure(_ROLLED_BACK) if result["success"] else result for result in results]
    return Answer(body=results)


def _saved(save: Callable[[Any], Result], row: Any) -> Result:
    """Save one row; what Salesforce notices while it reads the body refuses the whole request."""
    try:
        return save(row)
    except Crash:
        raise
    except Refusal as refusal:
        if refusal.code == "JSON_PARSER_ERROR" or refusal.message.startswith("No such column"):
            raise
        return _failure(refusal)


def _success(record_id: str) -> Result:
    return {"id": record_id, "success": True, "errors": []}


def _failure(refusal: Refusal) -> Result:
    if refusal.code == "NOT_FOUND":
        refusal = Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    return {"success": False, "errors": [refusal.as_row()]}


def _records(call: Call) -> list[dict[str, Any]]:
    records = call.record().get("records")
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise unreadable("The records of the collection are required.")
    _check_count(len(records), WRITTEN)
    types = [str((record.get("attributes") or {}).get("type", "")).lower() for record in records]
    if sum(1 for _ in groupby(types)) > CHUNKS:
        message = "Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking."
        raise Refusal("LIMIT_EXCEEDED", message)
    return records


def _all_or_none(call: Call) -> bool:
    return call.record().get("allOrNone") is True


def _type_of(api: Api, record: Mapping[str, Any]) -> str:
    name = (record.get("attributes") or {}).get("type")
    if not name:
        raise unreadable("The attributes of each record must name its type.")
    found = api.org.schema.object(str(name))
    if found is None:
        raise Refusal("INVALID_TYPE", f"sObject type '{name}' is not supported.")
    return found.name


def _without(record: Mapping[str, Any], name: str) -> tuple[Any, dict[str, Any]]:
    """Return one value of a record, by its case-insensitive name, and the others."""
    values = values_of(record)
    key = next((given for given in values if given.lower() == name.lower()), None)
    return (values.pop(key) if key else None), values


def _well_formed(record_id: Any) -> str:
    if not record_id:
        raise Refusal("MISSING_ARGUMENT", "Id not specified in an update call", fields=("Id",))
    full = parse_id(str(record_id))
    if full is None:
        raise Refusal("MALFORMED_ID", f"malformed id {record_id}")
    return full


def _check_count(count: int, limit: int) -> None:
    if count > limit:
        message = f"record limit reached. cannot submit more than {limit} records into this call"
        raise Refusal("EXCEEDED_ID_LIMIT", message)


def _asked(call: Call) -> tuple[list[str], list[str]]:
    if call.method == "POST":
        body = call.record()
        return list(body.get("ids") or ()), list(body.get("fields") or ())
    return _listed(call.query.get("ids")), _listed(call.query.get("fields"))


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]
