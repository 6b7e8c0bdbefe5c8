"""The values that a restricted picklist takes, from the source of our package or from what an org describes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, parse

from service.mapping.drafts import resolve

Choices = Mapping[tuple[str, str], tuple[str, ...]]
"""The values by sObject and field; a field that takes any value is not in it."""

_SPACE = "{http://soap.sforce.com/2006/04/metadata}"


def choices_from_package(folder: Path, *, namespace: str | None = None) -> Choices:
    """Return what the picklists of a source folder (`sfdx/`) take."""
    sets = {path.name.partition(".")[0]: _values(_root(path)) for path in folder.rglob("*.globalValueSet-meta.xml")}
    found = {}
    for path in sorted(folder.rglob("objects/*/fields/*.field-meta.xml")):
        place = resolve(path.parent.parent.name, namespace), resolve(path.name.partition(".")[0], namespace)
        for values in _restricted(_root(path), sets):
            found[place] = values
    return found


def choices_from_describe(describes: Iterable[Mapping[str, Any]]) -> Choices:
    """Return what the org's sObject describes say, as JSON came in."""
    return {
        (describe["name"], field["name"]): tuple(each["value"] for each in field["picklistValues"] if each["active"])
        for describe in describes
        for field in describe["fields"]
        if field.get("restrictedPicklist")
    }


def defaults_from_describe(describes: Iterable[Mapping[str, Any]]) -> Mapping[tuple[str, str], str]:
    """Return what the org's picklists hold where nobody chooses, as JSON came in."""
    return {
        (describe["name"], field["name"]): each["value"]
        for describe in describes
        for field in describe["fields"]
        for each in field["picklistValues"]
        if each["active"] and each["defaultValue"]
    }


def _root(path: Path) -> Element:
    return parse(path).getroot()  # noqa: S314 - our own


def _restricted(field: Element, sets: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    value_set = field.find(f"{_SPACE}valueSet")
    if value_set is None or value_set.findtext(f"{_SPACE}restricted") != "true":
        return
    shared = value_set.findtext(f"{_SPACE}valueSetName")
    own = value_set.find(f"{_SPACE}valueSetDefinition")
    if shared is not None and shared in sets:
        yield sets[shared]
    elif own is not None:
        yield _values(own, "value")


def _values(root: Element, tag: str = "customValue") -> tuple[str, ...]:
    shown = (each for each in root.findall(f"{_SPACE}{tag}") if each.findtext(f"{_SPACE}isActive") != "false")
    return tuple(each.findtext(f"{_SPACE}fullName") or "" for each in shown)
