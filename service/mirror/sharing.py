"""What the CRM's sharing lets a user do with records: asked of the CRM itself, never guessed (design, section 8).

How an object is shared as a whole is known from the last look at it, which is at most an hour old.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from service.crm.answers import Page
from service.crm.errors import Refused
from service.crm.requests import Request, query
from service.crm.soql import compare, select
from service.domain.permissions import Action
from service.mirror import links
from service.mirror.connected import Connected
from service.store.assignments import sharing

MOST_RECORDS = 200
"""Records that one query of UserRecordAccess may ask about."""

ACCESS = {
    Action.VIEW: "HasReadAccess",
    Action.EDIT: "HasEditAccess",
    Action.DELETE: "HasDeleteAccess",
}
PUBLIC = {
    Action.VIEW: frozenset({"Read", "ReadWrite", "ReadWriteTransfer", "FullAccess"}),
    Action.EDIT: frozenset({"ReadWrite", "ReadWriteTransfer", "FullAccess"}),
    Action.DELETE: frozenset({"FullAccess"}),
}
"""The sharing models of an object that let everybody inside the org do it: nobody has to ask record by record."""


def may_touch(org: Connected, user_crm_id: str, ids: Collection[UUID], action: Action) -> set[UUID]:
    """Return which of these records of ours the user may touch in this way; what the CRM does not know yet, nobody."""
    return touches(org, user_crm_id, ids, action)[action]


def touches(org: Connected, user_crm_id: str, ids: Collection[UUID], *actions: Action) -> dict[Action, set[UUID]]:
    """Return the same for several ways, asked in one question.

    Records of any objects are asked about together: 200 in a query, five queries in a call.
    """
    with org.writing(by="") as connection:
        known = links.twins(connection, ids)
        models = sharing(connection)
    public = {action: {each.id for each in known if models.get(each.object) in PUBLIC[action]} for action in actions}
    ours = {each.crm_id: each.id for each in known if any(each.id not in public[action] for action in actions)}
    there = sorted(ours)
    asks = [
        _ask(user_crm_id, there[start : start + MOST_RECORDS], [ACCESS[action] for action in actions])
        for start in range(0, len(there), MOST_RECORDS)
    ]
    rows = [row for answer in (org.client.composite(asks) if asks else []) for row in _shown(answer).rows]
    return {
        action: public[action] | {ours[row["RecordId"]] for row in rows if row[ACCESS[action]]} for action in actions
    }


def _ask(user_crm_id: str, crm_ids: Sequence[str], rights: Sequence[str]) -> Request[Page]:
    where = [compare("UserId", "=", user_crm_id), compare("RecordId", "IN", crm_ids)]
    return query(select("UserRecordAccess", ["RecordId", *rights], where=where))


def _shown(answer: Page | Refused) -> Page:
    if isinstance(answer, Refused):
        raise answer
    return answer
