"""What is left of permission sets when the schema under them changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from service.localorg.schema.model import Field, PermissionSet, Schema


def carried_sets(sets: Mapping[str, PermissionSet], schema: Schema) -> dict[str, PermissionSet]:
    """Return permission sets without the rights that the schema has no place for."""
    return {name: _carried(found, schema) for name, found in sets.items()}


def granted(
    sets: Mapping[str, PermissionSet], path: str, rights: Mapping[str, tuple[bool, bool]]
) -> dict[str, PermissionSet]:
    """Return permission sets with the rights on one field that are given by the names of the sets."""
    return {
        name: replace(found, fields={**found.fields, path: rights[name]}) if name in rights else found
        for name, found in sets.items()
    }


def _carried(found: PermissionSet, schema: Schema) -> PermissionSet:
    return replace(
        found,
        objects={name: rights for name, rights in found.objects.items() if name in schema.objects},
        fields={
            path: (readable, editable and (field.createable or field.updateable))
            for path, (readable, editable) in found.fields.items()
            if (field := _secured(path, schema))
        },
        custom_permissions=found.custom_permissions & schema.custom_permissions.keys(),
    )


def _secured(path: str, schema: Schema) -> Field | None:
    """Return the field of a path if it still has field-level security."""
    owner, _, name = path.partition(".")
    field = schema.objects[owner].fields.get(name) if owner in schema.objects else None
    return None if field is None or field.always_readable else field
