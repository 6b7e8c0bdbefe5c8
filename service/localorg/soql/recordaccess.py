"""UserRecordAccess: what a user may do with records, asked by SOQL within the few forms that Salesforce takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from service.localorg.errors import Refusal
from service.localorg.ids import parse_id
from service.localorg.records.access import Access, Actor, Row
from service.localorg.schema.model import Field, Type
from service.localorg.schema.standard import OPEN, SETUP
from service.localorg.soql.ast import Both, Comparison, Condition, Item, Literal, Membership, Path, Query
from service.localorg.soql.errors import malformed

if TYPE_CHECKING:
    from service.localorg.org import LocalOrg

NAME = "UserRecordAccess"
MOST = 200
_LEVELS = ("Read", "Edit", "Delete", "Transfer", "All")
FIELDS = {
    "recordid": Field(name="RecordId", label="Record", type=Type.PICKLIST, length=40),
    **{
        f"has{level.lower()}access": Field(name=f"Has{level}Access", label=level, type=Type.BOOLEAN)
        for level in _LEVELS
    },
    "maxaccesslevel": Field(name="MaxAccessLevel", label="Maximum Access Level", type=Type.PICKLIST, length=40),
}

Record = dict[str, Any]


def is_record_access(query: Query) -> bool:
    """Say whether a query asks for record access."""
    return str(query.source).lower() == NAME.lower()


def selected(query: Query, text: str) -> list[Field]:
    """Return the fields that a query of record access selects."""
    names = [_path(item.expression, text) if isinstance(item, Item) else None for item in query.items]
    unknown = [item for item, name in zip(query.items, names, strict=True) if name not in FIELDS]
    if unknown or "recordid" not in names or query.groups or query.having:
        message = "Can select only RecordId, a Has*Access field, and MaxAccessLevel, and must select RecordId"
        raise malformed(message, text, query.at)
    return [FIELDS[name] for name in names if name]


def record_access(org: LocalOrg, actor: Actor, query: Query, text: str) -> Iterator[Record]:
    """Yield what a user may do with each record that the one who asks may read."""
    fields = selected(query, text)
    asked = _Asked(query, text)
    if asked.needed and len(fields) > 1:
        raise malformed("Can select only RecordId when filtering by an access level", text, query.at)
    subject = Actor(asked.user_id)
    rows = [_record(org, subject, *found) for found in _readable(org, actor, asked.record_ids)]
    rows = [row for row in rows if all(row[name] is wanted for name, wanted in asked.needed.items())]
    for order in reversed(query.orders):
        name = FIELDS[_path(order.expression, text)].name
        rows.sort(key=lambda row: row[name], reverse=order.descending)
    first = query.offset or 0
    for row in rows[first : None if query.limit is None else first + query.limit]:
        yield {field.name: row[field.name] for field in fields}


class _Asked:
    """What a query asks of whom: one user, up to 200 records, and perhaps a level that he must have."""

    def __init__(self, query: Query, text: str) -> None:
        self._text = text
        self.needed: dict[str, bool] = {}
        users: list[str] = []
        records: list[str] = []
        for condition in _parts(query.where):
            name = _path(getattr(condition, "left", None), text)
            if name == "userid":
                users += self._ids(condition)
            elif name == "recordid":
                records += self._ids(condition)
            elif name in FIELDS and isinstance(condition, Comparison) and isinstance(condition.right.value, bool):
                self.needed[FIELDS[name].name] = condition.right.value is (condition.operator == "=")
            else:
                raise self._malformed(query)
        if len(users) != 1 or not records:
            raise self._malformed(query)
        if len(set(records)) > MOST:
            raise Refusal("EXCEEDED_ID_LIMIT", f"Number of records exceeds limit:{MOST}")
        self.user_id, self.record_ids = users[0], list(dict.fromkeys(records))

    def _ids(self, condition: Condition) -> list[str]:
        match condition:
            case Comparison(operator="=", right=literal):
                return [self._id(literal)]
            case Membership(operator="IN", right=literals):
                return [self._id(literal) for literal in literals]
        raise malformed("UserId and RecordId are compared by = or IN", self._text, 0)

    def _id(self, literal: Literal) -> str:
        found = parse_id(str(literal.value))
        if found is None:
            raise Refusal("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {literal.value}")
        return found

    def _malformed(self, query: Query) -> Refusal:
        message = f"{NAME} is filtered by one UserId, by RecordId, and at most by access levels besides"
        return malformed(message, self._text, query.at)


def _parts(condition: Condition | None) -> list[Condition]:
    if isinstance(condition, Both):
        return [each for part in condition.parts for each in _parts(part)]
    return [] if condition is None else [condition]


def _path(expression: Any, text: str) -> str:
    """Return the lower-case name of a field of this object."""
    if not isinstance(expression, Path):
        raise malformed(f"{NAME} takes plain fields and comparisons only", text, 0)
    return expression.parts[-1].lower()


def _readable(org: LocalOrg, actor: Actor, record_ids: list[str]) -> Iterator[tuple[str, Row]]:
    """Yield the records, under the names of their objects, that sharing is about and that the one who asks may read."""
    shared = [o for o in org.schema.objects.values() if o.name not in SETUP | OPEN]
    for record_id in record_ids:
        sobject = next((o for o in shared if record_id.startswith(o.key_prefix)), None)
        row = org.storage.row(sobject.name, record_id) if sobject else None
        if sobject and row and not row["IsDeleted"] and org.access.may_see_row(actor, sobject.name, row):
            yield sobject.name, row


def _record(org: LocalOrg, subject: Actor, sobject: str, row: Row) -> Record:
    held = [level for level in _LEVELS if _HOLDS[level](org.access, subject, sobject, row)]
    levels = {f"Has{level}Access": level in held for level in _LEVELS}
    return {"RecordId": row["Id"], **levels, "MaxAccessLevel": held[-1] if held else "None"}


def _may_transfer(access: Access, subject: Actor, sobject: str, row: Row) -> bool:
    """A record that its parent controls has no owner to be changed."""
    owned = "OwnerId" in row and access.may_edit_row(subject, sobject, row)
    return owned and access.may_transfer_row(subject, sobject, row)


def _may_all(access: Access, subject: Actor, sobject: str, row: Row) -> bool:
    deletes = access.may_delete_row(subject, sobject, row)
    return deletes and ("OwnerId" not in row or _may_transfer(access, subject, sobject, row))


_HOLDS: dict[str, Callable[[Access, Actor, str, Row], bool]] = {
    "Read": Access.may_see_row,
    "Edit": Access.may_edit_row,
    "Delete": Access.may_delete_row,
    "Transfer": _may_transfer,
    "All": _may_all,
}
