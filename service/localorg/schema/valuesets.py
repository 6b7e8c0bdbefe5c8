"""Picklist values: global value sets, and the values or the set that a field names."""

from __future__ import annotations

from collections.abc import Mapping

from service.localorg.schema.model import Picklist
from service.localorg.schema.nodes import Node

_MOST_VALUES = 1000
_LABEL = 255


def read_value_set(node: Node) -> Picklist:
    """Return the values of a global value set."""
    node.need("masterLabel", 80)
    node.ignore("description")
    values = _values(node, "customValue")
    node.close()
    return values


def read_field_values(node: Node, sets: Mapping[str, Picklist]) -> Picklist:
    """Return the values of a field's <valueSet>, its own or those of a global set."""
    restricted = node.flag("restricted")
    name = node.text("valueSetName")
    if name is not None:
        if name not in sets:
            raise node.error(f"no GlobalValueSet named {name} found", "valueSetName")
        values = sets[name]
    else:
        definition = node.node("valueSetDefinition")
        values = _values(definition, "value")
        definition.close()
    node.close()
    return Picklist(values=values.values, default=values.default, restricted=restricted)


def _values(node: Node, tag: str) -> Picklist:
    given = [_value(each) for each in node.nodes(tag)]
    names = [name.lower() for name, *_ in given]
    if not given or len(given) > _MOST_VALUES:
        raise node.error(f"between 1 and {_MOST_VALUES} values are needed", tag)
    if len(set(names)) < len(names):
        raise node.error("the same value is given twice", tag)
    defaults = [name for name, _, default, _ in given if default]
    if len(defaults) > 1:
        raise node.error("more than one value is the default", tag)
    active = [(name, label) for name, label, _, active in given if active]
    if node.flag("sorted"):
        active.sort(key=lambda value: value[1].lower())
    return Picklist(values=tuple(active), default=defaults[0] if defaults else None)


def _value(node: Node) -> tuple[str, str, bool, bool]:
    name = node.need("fullName", _LABEL)
    label = node.text("label", _LABEL) or name
    default = node.flag("default")
    active = not node.has("isActive") or node.flag("isActive")
    node.ignore("description", "color")
    node.close()
    if ";" in name:
        raise node.error(f"'{name}': a value cannot contain a semicolon", "fullName")
    return name, label, default, active
