"""Controls of somebody's long transactions: begin one with its writes, then commit it or roll it back."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from service.localorg.errors import Refusal
from service.localorg.http.api import Api
from service.localorg.http.asking import asked, check_near
from service.localorg.http.messages import Answer
from service.localorg.org import ADMIN
from service.localorg.transactions import Outcome, Transaction

_FORM = (
    'writes are {"create": "Object", "values": {...}}, {"update": "Object", "id": "...", "values": {...}}'
    ' or {"delete": "id"}'
)


def transactions(api: Api, request: Request) -> Answer:
    """List the open transactions."""
    check_near(request)
    return Answer(body={"open": [_described(each) for each in api.org.transactions.open.values()]})


def begin(api: Api, request: Request) -> Answer:
    """Begin a transaction of a user, by default the administrator, with its writes."""
    given = asked(request, "username", "writes")
    try:
        actor = api.org.actor(api.org.user_id(given.get("username", ADMIN)))
    except KeyError as error:
        raise Refusal("NOT_FOUND", f"There is no user {error.args[0]}", status=404) from error
    transaction = api.org.transactions.begin(actor)
    try:
        for write in given.get("writes", ()):
            _hold(transaction, write)
    except Refusal:
        transaction.rollback()
        raise
    return Answer(status=201, body=_described(transaction))


def end(api: Api, request: Request, number: str) -> Answer:
    """Commit a transaction, or roll it back."""
    given = asked(request, "commit")
    transaction = api.org.transactions.open.get(int(number)) if number.isdecimal() else None
    if transaction is None:
        raise Refusal("NOT_FOUND", f"There is no open transaction {number}", status=404)
    if given.get("commit") is True:
        return Answer(body={"outcomes": [_told(outcome) for outcome in transaction.commit()]})
    transaction.rollback()
    return Answer(body={"outcomes": []})


def _hold(transaction: Transaction, write: Any) -> None:
    match write:
        case {"create": str(sobject), "values": dict(values), **rest} if not rest:
            transaction.create(sobject, values)
        case {"update": str(sobject), "id": str(record_id), "values": dict(values), **rest} if not rest:
            transaction.update(sobject, record_id, values)
        case {"delete": str(record_id), **rest} if not rest:
            transaction.delete(record_id)
        case _:
            raise Refusal("INVALID_INPUT", _FORM)


def _described(transaction: Transaction) -> dict[str, Any]:
    return {
        "id": transaction.number,
        "started_at": transaction.started_at.isoformat(),
        "writes": len(transaction.writes),
    }


def _told(outcome: Outcome) -> dict[str, Any]:
    return {"errors": [outcome.as_row()]} if isinstance(outcome, Refusal) else {"id": outcome, "errors": []}
