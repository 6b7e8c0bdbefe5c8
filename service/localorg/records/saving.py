"""One actor saving rows of one object: inputs, defaults, stamps, checks, and the write itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.localorg.errors import Refusal
from service.localorg.records.access import Actor, Row
from service.localorg.records.checks import Checks
from service.localorg.records.inputs import Inputs
from service.localorg.records.parts import Change, Parts
from service.localorg.records.values import Stored, from_python
from service.localorg.schema.model import Field, SObject, Type
from service.localorg.schema.standard import PERSON_NAMED

_DATE_PARTS = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d"}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Saving:
    """Save any number of rows at one moment; what does not change from row to row is worked out once."""

    def __init__(self, parts: Parts, actor: Actor, sobject: SObject, *, creating: bool) -> None:
        self._parts, self._actor, self._sobject = parts, actor, sobject
        self._inputs = Inputs(parts, actor, sobject, creating=creating)
        self._checks = Checks(parts, sobject)
        now = parts.now()
        self._stamps = {"LastModifiedDate": now, "LastModifiedById": actor.user_id, "SystemModstamp": now}
        self._called_by_id = sobject.custom and not sobject.fields["Name"].auto_number
        self._auto_numbers = [f for f in sobject.fields.values() if f.auto_number]
        self._blank = self._new_row() if creating else {}

    def insert(self, values: Mapping[str, Any]) -> str:
        """Add one record and return its id."""
        given = self._inputs.read(values)
        record_id = self._parts.next_id(self._sobject.key_prefix)
        row = {**self._blank, "Id": record_id, **given}
        change = Change(self._actor, row, given, before=None)
        self._check(change)
        for field in self._auto_numbers:
            row[field.name] = self._auto_number(field)
        self._parts.storage.insert(self._sobject.name, row)
        self._conclude(change)
        return record_id

    def update(self, before: Row, values: Mapping[str, Any]) -> None:
        """Change one record; one that changes nothing still moves its stamps."""
        self.write(before, self._inputs.read(values))

    def write(self, before: Row, given: dict[str, Stored]) -> None:
        """Change one record with stored values, whether or not the actor may set them."""
        row = {**before, **given, **self._stamps}
        change = Change(self._actor, row, given, before=before)
        self._check(change)
        changes = {name: value for name, value in row.items() if value != before[name]}
        if changes:
            self._parts.storage.update(self._sobject.name, row["Id"], changes)
        self._conclude(change)

    def _check(self, change: Change) -> None:
        for trigger in self._parts.triggers:
            trigger.before_save(self._sobject, change)
        self._name(change.row)
        self._checks.run(change)

    def _conclude(self, change: Change) -> None:
        for trigger in self._parts.triggers:
            trigger.after_save(self._sobject, change)

    def _new_row(self) -> dict[str, Any]:
        """Return what a new record holds before its caller says anything: stamps and defaults."""
        fields = [f for f in self._sobject.fields.values() if f.stored and not f.system]
        row: dict[str, Any] = {
            "Id": None,
            "IsDeleted": 0,
            "CreatedDate": self._stamps["SystemModstamp"],
            "CreatedById": self._actor.user_id,
            **self._stamps,
            **{field.name: _fixed_default(field) for field in fields},
        }
        if "OwnerId" in row:
            row["OwnerId"] = self._actor.user_id
        for field in fields:
            if field.default:
                value = self._parts.reader.evaluate(self._actor, self._sobject, row, field.default, new=True)
                row[field.name] = from_python(field, value)
        return row

    def _name(self, row: dict[str, Any]) -> None:
        """Put a person's name together; a custom record without a name is called by its id."""
        if self._sobject.name in PERSON_NAMED:
            row["Name"] = " ".join(part for part in (row["FirstName"], row["LastName"]) if part)
        elif self._called_by_id and row["Name"] is None:
            row["Name"] = row["Id"]

    def _auto_number(self, field: Field) -> str:
        number = self._parts.storage.next_number(f"{self._sobject.name}.{field.name}", field.auto_number_start)
        return format_auto_number(field.auto_number or "{0}", number, self._parts.clock.now())


def may_create(parts: Parts, actor: Actor, sobject: SObject) -> None:
    """Refuse an actor without the right to create records of an object."""
    rights = parts.access.object_rights(actor, sobject.name)
    if not rights.create or not sobject.createable:
        _refuse(sobject, "inserted", seen=rights.read)


def may_update(parts: Parts, actor: Actor, sobject: SObject, row: Row) -> None:
    """Refuse an actor without the right to change this record."""
    rights = parts.access.object_rights(actor, sobject.name)
    if not rights.edit or not sobject.updateable:
        _refuse(sobject, "updated", seen=rights.read)
    if not parts.access.may_edit_row(actor, sobject.name, row):
        raise Refusal("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", status=403)


def _refuse(sobject: SObject, done: str, *, seen: bool) -> None:
    if not seen:
        raise Refusal("NOT_FOUND", "The requested resource does not exist", status=404)
    raise Refusal("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be {done}: {sobject.label}")


def format_auto_number(display: str, number: int, now: datetime) -> str:
    """Fill a display format such as `A-{YYYY}-{0000}`."""

    def fill(found: re.Match[str]) -> str:
        directive = _DATE_PARTS.get(found[1])
        return now.strftime(directive) if directive else f"{number:0{len(found[1])}d}"

    return _PLACEHOLDER.sub(fill, display)


def _fixed_default(field: Field) -> Stored:
    if field.picklist:
        return field.picklist.default
    return 0 if field.type is Type.BOOLEAN else None
