"""Reading rows for an actor, and the values that formulas see."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from service.localorg.clock import Clock
from service.localorg.errors import Refusal
from service.localorg.formulas.compile import Context, Formula
from service.localorg.ids import parse_id
from service.localorg.records.access import Access, Actor, Row
from service.localorg.records.storage import Storage
from service.localorg.records.values import Python, from_python, to_json, to_python
from service.localorg.schema.model import Field, Schema, SObject


class Reader:
    """Read stored rows and calculate the formula fields on them."""

    def __init__(self, schema: Schema, storage: Storage, access: Access, clock: Clock) -> None:
        self._schema, self._storage, self._access, self._clock = schema, storage, access, clock

    def read_row(
        self, actor: Actor, sobject: str, record_id: str, fields: Iterable[str] | None = None
    ) -> dict[str, Any]:
        """Return one record's values as REST writes them: all readable fields, or those named."""
        found = self._schema.object(sobject)
        if found is None or not self._access.object_rights(actor, found.name).read:
            raise Refusal("NOT_FOUND", "The requested resource does not exist", status=404)
        row = self.existing(found, record_id)
        if not self._access.may_see_row(actor, found.name, row):
            raise _unknown(record_id)
        readable = self._access.readable(actor, found.name)
        names = self._named(found, fields, readable) if fields is not None else found.fields
        chosen = [found.fields[name] for name in names if name in readable]
        return {field.name: to_json(field, self.stored(actor, found, row, field)) for field in chosen}

    def existing(self, sobject: SObject, record_id: str) -> dict[str, Any]:
        """Return a row that is there and not deleted, or refuse as a record resource does."""
        full = parse_id(record_id)
        row = self._storage.row(sobject.name, full) if full else None
        if row is None:
            raise _unknown(record_id)
        if row["IsDeleted"]:
            raise Refusal("ENTITY_IS_DELETED", "entity is deleted", status=404)
        return row

    def stored(self, actor: Actor, sobject: SObject, row: Row, field: Field) -> Any:
        """Return a field's stored value, a formula's as a column would hold it."""
        if field.formula is None:
            return row[field.name]
        return from_python(field, self.evaluate(actor, sobject, row, field.formula))

    def evaluate(
        self, actor: Actor, sobject: SObject, row: Row, formula: Formula, *, prior: Row | None = None, new: bool = False
    ) -> Python:
        """Calculate a formula on a row; `prior` is the row before the change, `new` that there was none."""
        before = self.view(actor, sobject, prior) if prior is not None else None
        context = self.context(actor, prior=before, new=new)
        return formula.evaluate(self.view(actor, sobject, row), context)

    def context(self, actor: Actor, *, prior: Callable[[str], Python] | None = None, new: bool = False) -> Context:
        """Return what a formula may ask besides the record's fields."""
        return Context(
            now=self._clock.now(),
            time_zone=actor.time_zone,
            is_new=new,
            prior=prior,
            permission=lambda name: self._access.has_custom_permission(actor, name),
        )

    def view(self, actor: Actor, sobject: SObject, row: Row) -> Callable[[str], Python]:
        """Return a function from a path (`Plan__r.Account__c`, `$User.Id`) to its value on a row."""

        def read(path: str) -> Python:
            first, _, rest = path.partition(".")
            if first.startswith("$"):
                return self._user_value(actor, rest)
            return self._step(actor, sobject, row, first, rest)

        return read

    def _step(self, actor: Actor, sobject: SObject, row: Row, first: str, rest: str) -> Python:
        if not rest:
            field = sobject.field(first)
            return self._python(actor, sobject, row, field) if field else None
        link = sobject.parent(first)
        parent_id = row[link.name] if link else None
        if link is None or link.reference is None or parent_id is None:
            return None
        parent = self._parent(link, parent_id)
        return self.view(actor, *parent)(rest) if parent else None

    def _parent(self, link: Field, parent_id: str) -> tuple[SObject, Row] | None:
        for name in link.reference.to if link.reference else ():
            parent = self._schema.objects[name]
            if parent_id.startswith(parent.key_prefix):
                row = self._storage.row(name, parent_id)
                return (parent, row) if row else None
        return None

    def _python(self, actor: Actor, sobject: SObject, row: Row, field: Field) -> Python:
        return to_python(field, self.stored(actor, sobject, row, field))

    def _user_value(self, actor: Actor, path: str) -> Python:
        """Return a value of `$User`, the only global that is a record."""
        users = self._schema.objects["User"]
        row = self._storage.row("User", actor.user_id)
        return self.view(actor, users, row)(path) if row else None

    def _named(self, sobject: SObject, fields: Iterable[str], readable: frozenset[str]) -> list[str]:
        names = []
        for wanted in fields:
            field = sobject.field(wanted)
            if field is None or field.name not in readable:
                raise Refusal("INVALID_FIELD", f"No such column '{wanted}' on sobject of type {sobject.name}")
            names.append(field.name)
        return names


def _unknown(record_id: str) -> Refusal:
    return Refusal(
        "NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {record_id}", status=404
    )
