"""Single changes of the schema, as an administrator makes them in Setup while others work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from xml.sax.saxutils import escape

from service.localorg.deploy.permissions import granted
from service.localorg.deploy.result import DeployError, Package
from service.localorg.deploy.run import deploy
from service.localorg.org import LocalOrg
from service.localorg.schema.components import Component, Key, make_component
from service.localorg.schema.kinds import FIELD
from service.localorg.schema.model import Field
from service.localorg.schema.names import Names

_ROOT = '<CustomField xmlns="http://soap.sforce.com/2006/04/metadata">{}</CustomField>'
_SHAPES: dict[str, dict[str, object]] = {
    "Text": {"length": 255},
    "LongTextArea": {"length": 32768, "visibleLines": 3},
    "Html": {"length": 32768, "visibleLines": 10},
    "Number": {"precision": 18, "scale": 4},
    "Percent": {"precision": 18, "scale": 2},
    "Currency": {"precision": 18, "scale": 2},
    "Checkbox": {"defaultValue": "false"},
}
"""What a type needs to be told beside its name and label."""
_Rights = dict[str, tuple[bool, bool]]


class SchemaChanges:
    """Change single fields of an org; a change that an org would refuse raises DeployError and changes nothing.

    Names are API names as the org has them, with the namespace if there is one.
    """

    def __init__(self, org: LocalOrg) -> None:
        self._org = org
        self._names = Names(org.schema.namespace)
        self._removed: dict[Key, tuple[tuple[Component, ...], _Rights]] = {}

    def removable(self, sobject: str) -> list[str]:
        """Return the custom fields of an object that nothing else refers to, so that they can be removed."""
        custom = [field.name for field in self._org.schema.objects[sobject].fields.values() if field.custom]
        packages = {name: Package(deletions=self._going(self._key(sobject, name))) for name in custom}
        return [name for name, package in packages.items() if deploy(self._org, package, check_only=True).succeeded]

    def remove_field(self, sobject: str, field: str) -> None:
        """Delete a custom field and the field sets that name it; its values and the rights on it go with it."""
        key = self._key(sobject, field)
        going = self._going(key)
        components, rights = tuple(self._org.components[each] for each in going), self._rights(sobject, field)
        self._deploy(Package(deletions=going))
        self._removed[key] = (components, rights)

    def restore_field(self, sobject: str, field: str) -> None:
        """Create a removed field anew, as it was and with the rights on it, but without its values."""
        components, rights = self._removed.pop(self._key(sobject, field))
        self._deploy(Package(components=components))
        self._grant(sobject, field, rights)

    def add_field(self, sobject: str, xml: str, *, permission_sets: Iterable[str] = ()) -> None:
        """Create a field from the text of a CustomField, to be read and edited with the given permission sets."""
        draft = make_component(FIELD, f"{self._source(sobject)}.?", "field", xml.encode())
        name = draft.node.need("fullName")
        self._deploy(Package(components=(self._component(sobject, name, xml),)))
        field = self._org.schema.objects[sobject].fields[self._names.api(name)]
        self._grant(sobject, field.name, dict.fromkeys(permission_sets, (True, field.formula is None)))

    def retype_field(self, sobject: str, field: str, kind: str, **shape: object) -> None:
        """Give a custom field another type, such as Number, with that type's elements where the usual ones do not do."""
        found = self._field(sobject, field)
        elements = {
            "fullName": self._source(field),
            "label": found.label,
            "type": kind,
            **_SHAPES.get(kind, {}),
            **shape,
        }
        self._deploy(Package(components=(self._component(sobject, field, _written(elements)),)))

    def _deploy(self, package: Package) -> None:
        result = deploy(self._org, package)
        if not result.succeeded:
            raise DeployError(result)

    def _grant(self, sobject: str, field: str, rights: Mapping[str, tuple[bool, bool]]) -> None:
        schema = self._org.schema
        sets = granted(schema.permission_sets, f"{sobject}.{field}", rights)
        self._org.adopt(replace(schema, permission_sets=sets), self._org.components.values())

    def _going(self, key: Key) -> tuple[Key, ...]:
        """Return what has to be deleted for a field to go: the field and the field sets that name it."""
        owner, _, name = key[1].partition(".")
        sets = (c for c in self._org.components.values() if c.kind.type == "FieldSet" and c.owner == owner)
        return (key, *(c.key for c in sets if name in c.node.everything("field")))

    def _rights(self, sobject: str, field: str) -> _Rights:
        path, sets = f"{sobject}.{field}", self._org.schema.permission_sets
        return {name: found.fields[path] for name, found in sets.items() if path in found.fields}

    def _field(self, sobject: str, field: str) -> Field:
        return self._org.schema.objects[sobject].fields[field]

    def _component(self, sobject: str, field: str, xml: str) -> Component:
        _, full_name = self._key(sobject, field)
        return make_component(FIELD, full_name, f"objects/{self._source(sobject)}.object", xml.encode())

    def _key(self, sobject: str, field: str) -> Key:
        return FIELD.type, f"{self._source(sobject)}.{self._source(field)}"

    def _source(self, name: str) -> str:
        """Return a name as the package's source has it."""
        return name.removeprefix(f"{self._names.namespace}__")


def _written(elements: Mapping[str, object]) -> str:
    return _ROOT.format("".join(f"<{tag}>{escape(str(value))}</{tag}>" for tag, value in elements.items()))
