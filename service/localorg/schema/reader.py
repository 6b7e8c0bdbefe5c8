"""Put the components of packages together into a schema, refusing what an org would refuse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from service.localorg.schema.callouts import check_class, check_named_credential, read_principals
from service.localorg.schema.components import Component, read_components
from service.localorg.schema.fieldtypes import Source
from service.localorg.schema.formulas import Compiler
from service.localorg.schema.model import Picklist, Schema, SObject
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
from service.localorg.schema.problems import Problems
from service.localorg.schema.standard import STANDARD_OBJECTS
from service.localorg.schema.valuesets import read_value_set

_STANDARD = {o.name: o for o in STANDARD_OBJECTS}
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def standard_schema() -> Schema:
    """Return the schema of an org without any package."""
    return Schema(objects=_STANDARD, permission_sets={}, lower={name.lower(): name for name in _STANDARD})


def read_package(folder: Path, *, namespace: str | None) -> Schema:
    """Return the standard objects and what the package adds to them."""
    return make_schema(read_components(folder), namespace=namespace)


def make_schema(components: list[Component], *, namespace: str | None) -> Schema:
    """Return the schema of an org with these components, or raise the first problem."""
    problems = Problems()
    schema = build_schema(components, names=Names(namespace), prefixes={}, problems=problems)
    if problems.found:
        raise problems.found[0]
    return schema


def build_schema(
    components: list[Component], *, names: Names, prefixes: Mapping[str, str], problems: Problems
) -> Schema:
    """Return what the components make, as far as they hold; objects keep the key prefixes that they have already."""
    permissions = {}
    for component in _of(components, "CustomPermission"):
        with problems.noted():
            permissions[names.own(component.name)] = read_custom_permission(component.node)
    objects = _ObjectBuilder(components, names, problems).build(permissions, prefixes)
    reader = PermissionReader(objects, permissions, names, _check_callouts(components, problems))
    sets = {}
    for component in _of(components, "PermissionSet"):
        with problems.noted():
            sets[names.own(component.name)] = reader.read(component.node, component.name)
    return Schema(
        objects=objects,
        permission_sets=sets,
        custom_permissions=permissions,
        namespace=names.namespace,
        lower={name.lower(): name for name in objects},
    )


def _check_callouts(components: list[Component], problems: Problems) -> frozenset[str]:
    """Return the classes and principals that a permission set may open."""
    opened: set[str] = set()
    for component in _of(components, "ApexClass"):
        with problems.noted():
            check_class(component.node)
            opened.add(component.name)
    external = {component.name: component for component in _of(components, "ExternalCredential")}
    for name, component in external.items():
        with problems.noted():
            opened |= read_principals(component.node, name)
    for component in _of(components, "NamedCredential"):
        with problems.noted():
            check_named_credential(component.node, external)
    return frozenset(opened)


def _of(components: Iterable[Component], kind: str) -> list[Component]:
    return [component for component in components if component.kind.type == kind]


class _ObjectBuilder:
    """Make objects of their components in steps, each over all objects; what fails is left out."""

    def __init__(self, components: list[Component], names: Names, problems: Problems) -> None:
        self._problems = problems
        self._source = Source(names, self._value_sets(components))
        self._drafts = self._gather(components)

    def build(self, permissions: Mapping[str, str], prefixes: Mapping[str, str]) -> dict[str, SObject]:
        built = self._build_each(prefixes)
        objects = _STANDARD | built
        self._check(objects)
        compiler = Compiler(objects, permissions, self._problems)
        completed = {name: compiler.complete(built[name], d.fields, d.rules) for name, d in self._known(built)}
        return objects | completed

    def _value_sets(self, components: list[Component]) -> dict[str, Picklist]:
        sets = {}
        for component in _of(components, "GlobalValueSet"):
            with self._problems.noted():
                sets[component.name] = read_value_set(component.node)
        return sets

    def _gather(self, components: list[Component]) -> dict[str, ObjectDraft]:
        """Sort the components by the object that they belong to, by its name in the org, in order of names."""
        own = [c for c in components if c.owner and not c.kind.shown]
        drafts = {owner: ObjectDraft(owner, standard=_STANDARD.get(owner)) for owner in sorted({c.owner for c in own})}
        for component in own:
            with self._problems.noted():
                add_component(drafts[component.owner], component, self._source)
        return {self._source.names.api(owner): draft for owner, draft in drafts.items()}

    def _build_each(self, prefixes: Mapping[str, str]) -> dict[str, SObject]:
        free = _free_prefixes(prefixes)
        built = {}
        for name, draft in self._drafts.items():
            prefix = prefixes.get(name) or (next(free) if draft.standard is None else "")
            with self._problems.noted():
                built[name] = build_object(draft, prefix, self._source)
        return built

    def _check(self, objects: Mapping[str, SObject]) -> None:
        for name, draft in self._known(objects):
            for field in draft.fields.values():
                with self._problems.noted():
                    check_references(field, objects)
            with self._problems.noted():
                check_mentions(draft, objects[name])
        with self._problems.noted():
            check_child_names(objects, self._drafts)

    def _known(self, objects: Mapping[str, SObject]) -> list[tuple[str, ObjectDraft]]:
        return [(name, draft) for name, draft in self._drafts.items() if name in objects]


def _free_prefixes(taken: Mapping[str, str]) -> Iterator[str]:
    """Return the key prefixes of custom objects that no object has."""
    prefixes = (f"a{high}{low}" for high in _DIGITS for low in _DIGITS)
    return (prefix for prefix in prefixes if prefix not in set(taken.values()))
