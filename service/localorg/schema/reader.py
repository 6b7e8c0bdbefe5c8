"""Read a package in source format into a schema, refusing what an org would refuse."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from service.localorg.schema.components import Component, read_components
from service.localorg.schema.fieldtypes import Source
from service.localorg.schema.formulas import Compiler
from service.localorg.schema.model import Schema, SObject
from service.localorg.schema.names import Names
from service.localorg.schema.objects import (
    ObjectDraft,
    add_component,
    build_object,
    check_child_names,
    check_mentions,
    check_references,
)
from service.localorg.schema.permissions import PermissionReader, read_custom_permission
from service.localorg.schema.standard import STANDARD_OBJECTS
from service.localorg.schema.valuesets import read_value_set


def standard_schema() -> Schema:
    """Return the schema of an org without any package."""
    objects = {o.name: o for o in STANDARD_OBJECTS}
    return Schema(objects=objects, permission_sets={}, lower={name.lower(): name for name in objects})


def read_package(folder: Path, *, namespace: str | None) -> Schema:
    """Return the standard objects and what the package adds to them."""
    names = Names(namespace)
    components = read_components(folder)
    permissions = {names.own(c.name): read_custom_permission(c.node) for c in _of(components, "customPermission")}
    objects = _read_objects(components, permissions, names)
    reader = PermissionReader(objects, permissions, names)
    sets = [reader.read(c.node, c.name) for c in _of(components, "permissionset")]
    return Schema(
        objects=objects,
        permission_sets={found.name: found for found in sets},
        custom_permissions=permissions,
        namespace=namespace,
        lower={name.lower(): name for name in objects},
    )


def _of(components: list[Component], kind: str) -> list[Component]:
    return [component for component in components if component.kind == kind]


def _read_objects(components: list[Component], permissions: Mapping[str, str], names: Names) -> dict[str, SObject]:
    source = Source(names, {c.name: read_value_set(c.node) for c in _of(components, "globalValueSet")})
    drafts = _gather(components, source)
    custom = [name for name, draft in drafts.items() if draft.standard is None]
    built = {
        name: build_object(draft, custom.index(name) if name in custom else 0, source) for name, draft in drafts.items()
    }
    objects = {o.name: o for o in STANDARD_OBJECTS} | built
    for name, draft in drafts.items():
        check_references(draft, objects)
        check_mentions(draft, objects[name])
    check_child_names(objects, drafts)
    compiler = Compiler(objects, permissions)
    return objects | {name: compiler.complete(built[name], d.fields, d.rules) for name, d in drafts.items()}


def _gather(components: list[Component], source: Source) -> dict[str, ObjectDraft]:
    """Sort the files by the object that they belong to, by its name in the org, in order of names."""
    standard = {o.name: o for o in STANDARD_OBJECTS}
    owners = sorted({c.owner for c in components if c.owner})
    drafts = {owner: ObjectDraft(owner, standard=standard.get(owner)) for owner in owners}
    for component in components:
        if component.owner:
            add_component(drafts[component.owner], component.kind, component.name, component.node, source)
    return {source.names.api(owner): draft for owner, draft in drafts.items()}
