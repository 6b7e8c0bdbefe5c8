"""What each type of custom field may and must say in its metadata."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from service.localorg.schema.model import Constraint, Picklist, Reference, Type
from service.localorg.schema.names import Names
from service.localorg.schema.nodes import Node
from service.localorg.schema.valuesets import read_field_values

API_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")
_DATE_PART = r"\{YYYY\}|\{YY\}|\{MM\}|\{DD\}"
_AUTO_NUMBER = re.compile(rf"(?:[^{{}}]|{_DATE_PART})*\{{0{{1,10}}\}}(?:[^{{}}]|{_DATE_PART})*")


@dataclass(frozen=True, slots=True)
class Source:
    """What reading a field needs besides its own file."""

    names: Names
    value_sets: Mapping[str, Picklist]


@dataclass(frozen=True, slots=True)
class Given:
    """One field's metadata on its way to a field."""

    node: Node
    source: Source
    name: str
    required: bool


Reader = Callable[[Given], dict[str, Any]]


def precision(node: Node) -> dict[str, Any]:
    """Read precision and scale."""
    digits = node.number("precision", 1, 18)
    return {"precision": digits, "scale": node.number("scale", 0, min(17, digits))}


def _indexes(node: Node) -> dict[str, Any]:
    unique, case_sensitive, external_id = (node.flag(tag) for tag in ("unique", "caseSensitive", "externalId"))
    return {"unique": unique, "case_sensitive": case_sensitive, "external_id": external_id}


def _text(given: Given) -> dict[str, Any]:
    return {"type": Type.STRING, "length": given.node.number("length", 1, 255), **_indexes(given.node)}


def _long_text(given: Given) -> dict[str, Any]:
    length = given.node.number("length", 256, 131072)
    given.node.number("visibleLines", 2, 50)
    return {"type": Type.TEXTAREA, "length": length, "filterable": False, "sortable": False}


def _html(given: Given) -> dict[str, Any]:
    return {**_long_text(given), "html": True}


def _number(kind: Type) -> Reader:
    def read(given: Given) -> dict[str, Any]:
        return {"type": kind, **precision(given.node), **(_indexes(given.node) if kind is Type.DOUBLE else {})}

    return read


def _plain(kind: Type, length: int = 0) -> Reader:
    return lambda _given: {"type": kind, "length": length}


def _email(given: Given) -> dict[str, Any]:
    return {"type": Type.EMAIL, "length": 80, **_indexes(given.node)}


def _checkbox(_given: Given) -> dict[str, Any]:
    return {"type": Type.BOOLEAN}


def _picklist(given: Given) -> dict[str, Any]:
    values = read_field_values(given.node.node("valueSet"), given.source.value_sets)
    return {"type": Type.PICKLIST, "length": 255, "picklist": values}


def _multi_picklist(given: Given) -> dict[str, Any]:
    given.node.number("visibleLines", 3, 10)
    values = read_field_values(given.node.node("valueSet"), given.source.value_sets)
    return {"type": Type.MULTIPICKLIST, "length": 4099, "picklist": values, "sortable": False}


def _auto_number(given: Given) -> dict[str, Any]:
    return {
        "type": Type.STRING,
        "length": 30,
        **read_auto_number(given.node),
        "external_id": given.node.flag("externalId"),
    }


def read_auto_number(node: Node) -> dict[str, Any]:
    """Read the display format and first number of an auto number."""
    display = node.need("displayFormat", 30)
    if not _AUTO_NUMBER.fullmatch(display):
        raise node.error(f"'{display}' needs exactly one {{0}} and at most 10 zeros in it", "displayFormat")
    start = node.number("startingNumber", 0, 10**9) if node.has("startingNumber") else 1
    return {"auto_number": display, "auto_number_start": start, "createable": False, "updateable": False}


def _lookup(given: Given) -> dict[str, Any]:
    constraint = given.node.text("deleteConstraint") or (Constraint.RESTRICT if given.required else Constraint.SET_NULL)
    if constraint not in set(Constraint):
        raise given.node.error(f"'{constraint}' is not one of {', '.join(Constraint)}", "deleteConstraint")
    if given.required and constraint == Constraint.SET_NULL:
        raise given.node.error("a required lookup must be of type Restrict or Cascade", "deleteConstraint")
    reference = Reference(**_relationship(given), on_delete=Constraint(constraint))
    return {"type": Type.REFERENCE, "length": 18, "reference": reference}


def _master_detail(given: Given) -> dict[str, Any]:
    given.node.number("relationshipOrder", 0, 1)
    reparentable = given.node.flag("reparentableMasterDetail")
    reference = Reference(
        **_relationship(given),
        on_delete=Constraint.CASCADE,
        master=True,
        reparentable=reparentable,
        write_needs_read_only=given.node.flag("writeRequiresMasterRead"),
    )
    return {
        "type": Type.REFERENCE,
        "length": 18,
        "reference": reference,
        "required": True,
        "always_readable": True,
        "updateable": reparentable,
    }


def _relationship(given: Given) -> dict[str, Any]:
    node, names = given.node, given.source.names
    children = node.text("relationshipName", 40)
    node.text("relationshipLabel", 80)
    if children is not None and not API_NAME.fullmatch(children):
        raise node.error(f"'{children}' is not an API name", "relationshipName")
    return {
        "to": (names.api(node.need("referenceTo")),),
        "name": given.name[:-1] + "r",
        "children": names.api(f"{children}__r") if children else None,
    }


READERS: dict[str, Reader] = {
    "Text": _text,
    "TextArea": _plain(Type.TEXTAREA, 255),
    "LongTextArea": _long_text,
    "Html": _html,
    "Number": _number(Type.DOUBLE),
    "Percent": _number(Type.PERCENT),
    "Currency": _number(Type.CURRENCY),
    "Checkbox": _checkbox,
    "Date": _plain(Type.DATE),
    "DateTime": _plain(Type.DATETIME),
    "Email": _email,
    "Phone": _plain(Type.PHONE, 40),
    "Url": _plain(Type.URL, 255),
    "Picklist": _picklist,
    "MultiselectPicklist": _multi_picklist,
    "Lookup": _lookup,
    "MasterDetail": _master_detail,
    "AutoNumber": _auto_number,
}
NUMBERS = frozenset({"Number", "Percent", "Currency"})
DEFAULTED = frozenset(READERS) - {"Lookup", "MasterDetail", "AutoNumber", "Html"}
NEVER_REQUIRED = frozenset({"Checkbox", "MasterDetail", "AutoNumber", "LongTextArea", "Html"})
FORMULA_TYPES = {
    "Text": Type.STRING,
    "Number": Type.DOUBLE,
    "Percent": Type.PERCENT,
    "Currency": Type.CURRENCY,
    "Checkbox": Type.BOOLEAN,
    "Date": Type.DATE,
    "DateTime": Type.DATETIME,
}
