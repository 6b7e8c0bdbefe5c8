"""Changes that the records of an org do not allow."""

# ruff: noqa: S608 - names come from the installed schema

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.localorg.errors import InstallError
from service.localorg.org import LocalOrg
from service.localorg.records.retyping import conversion_refusal
from service.localorg.schema.components import Component, Key
from service.localorg.schema.kinds import FIELD
from service.localorg.schema.model import Field, Schema, SObject
from service.localorg.schema.names import Names


def conversion_problems(org: LocalOrg, schema: Schema, deployed: Mapping[Key, Component]) -> list[InstallError]:
    """Return why fields cannot become what a package makes of them."""
    names = Names(schema.namespace)
    found = []
    for component in deployed.values():
        if component.kind is not FIELD:
            continue
        before = org.schema.objects.get(names.api(component.owner))
        after = schema.objects.get(names.api(component.owner))
        field = after.fields.get(names.api(component.name)) if after else None
        if before is not None and field is not None:
            found += [component.node.error(reason, "type") for reason in _refusals(org, before, field)]
    return found


def _refusals(org: LocalOrg, sobject: SObject, field: Field) -> Iterator[str]:
    old = sobject.fields.get(field.name)
    refusal = conversion_refusal(old, field) if old else None
    if refusal:
        yield refusal
    elif _becomes_master(old, field) and _exists(org, sobject, f'"{field.name}" IS NULL' if old else "1"):
        yield "Cannot create or convert to a master-detail relationship: there are records without a parent"
    elif old and field.unique and not old.unique and _has_duplicates(org, sobject, field):
        yield "Cannot make the field unique: there are duplicate values"


def _becomes_master(old: Field | None, new: Field) -> bool:
    was = bool(old and old.reference and old.reference.master)
    return bool(new.reference and new.reference.master) and not was


def _exists(org: LocalOrg, sobject: SObject, condition: str) -> bool:
    return org.storage.execute(f'SELECT 1 FROM "{sobject.name}" WHERE {condition} LIMIT 1').fetchone() is not None


def _has_duplicates(org: LocalOrg, sobject: SObject, field: Field) -> bool:
    column = f'"{field.name}"' + (" COLLATE BINARY" if field.case_sensitive else "")
    text = f'SELECT 1 FROM "{sobject.name}" WHERE "{field.name}" IS NOT NULL GROUP BY {column} HAVING COUNT(*) > 1'
    return org.storage.execute(text).fetchone() is not None
