"""Custom fields: from their metadata to fields, with formulas still to be compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service.localorg.schema.fieldtypes import (
    API_NAME,
    DEFAULTED,
    FORMULA_TYPES,
    NEVER_REQUIRED,
    NUMBERS,
    READERS,
    Given,
    Source,
    precision,
)
from service.localorg.schema.model import Field
from service.localorg.schema.nodes import Node

_IGNORED = ("description", "trackHistory", "trackTrending", "trackFeedHistory", "securityClassification")
_FORMULA_TEXT = 1300


@dataclass(frozen=True, slots=True)
class Draft:
    """A field whose formulas are still text, and where it was read."""

    field: Field
    node: Node
    formula: str | None = None
    default: str | None = None
    blank_as_zero: bool = False


def read_field(node: Node, name: str, source: Source) -> Draft:
    """Read one CustomField."""
    if node.need("fullName", 43) != name or not API_NAME.fullmatch(name.removesuffix("__c")):
        raise node.error(f"must be the file's name, {name}, and end in __c", "fullName")
    kind = node.need("type")
    common: dict[str, Any] = {
        "name": source.names.api(name),
        "label": node.need("label", 40),
        "help": node.text("inlineHelpText", 510),
        "custom": True,
    }
    node.ignore(*_IGNORED)
    draft = (
        _read_formula(node, kind, common, source) if node.has("formula") else _read_stored(node, kind, common, source)
    )
    node.close()
    return draft


def _read_stored(node: Node, kind: str, common: dict[str, Any], source: Source) -> Draft:
    if kind not in READERS:
        raise node.error(f"fields of type {kind} are not supported", "type")
    required = node.flag("required")
    if required and kind in NEVER_REQUIRED:
        raise node.error(f"a {kind} field cannot be required", "required")
    parts = READERS[kind](Given(node, source, common["name"], required))
    default = node.text("defaultValue") if kind in DEFAULTED else None
    if kind == "Checkbox" and default is None:
        raise node.error("required for a checkbox", "defaultValue")
    field = Field(**{**common, "required": required, "always_readable": required, **parts})
    return Draft(field, node, default=source.names.formula(default) if default else None)


def _read_formula(node: Node, kind: str, common: dict[str, Any], source: Source) -> Draft:
    if kind not in FORMULA_TYPES:
        raise node.error(f"a formula cannot be of type {kind}", "type")
    text = source.names.formula(node.need("formula", 3900))
    blanks = node.choice("formulaTreatBlanksAs", "BlankAsBlank", "BlankAsZero")
    if node.flag("required"):
        raise node.error("a formula field cannot be required", "required")
    numbers = precision(node) if kind in NUMBERS else {}
    length = _FORMULA_TEXT if kind == "Text" else 0
    field = Field(**common, **numbers, type=FORMULA_TYPES[kind], length=length, createable=False, updateable=False)
    return Draft(field, node, formula=text, blank_as_zero=blanks == "BlankAsZero")
