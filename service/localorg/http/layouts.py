"""Page layouts, as an edit window needs them: sections, fields, and what each field lets its user do.

Which layout a record type has, profiles say in Salesforce. Here it is the one named `<object>-<label of the type> Layout`,
and else the object's first one.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from service.localorg.errors import Refusal
from service.localorg.http.api import Api
from service.localorg.http.describe import record_types
from service.localorg.http.fields import describe_field
from service.localorg.http.messages import Answer, Call
from service.localorg.schema.components import Component
from service.localorg.schema.model import SObject
from service.localorg.schema.names import Names
from service.localorg.schema.nodes import Node

_EMPTY: Mapping[str, Any] = {
    "buttonLayoutSection": None,
    "feedView": None,
    "highlightsPanelLayoutSection": None,
    "multirowEditLayoutSections": [],
    "offlineLinks": [],
    "quickActionList": None,
    "relatedContent": None,
    "relatedLists": [],
    "saveOptions": [],
}


def layout(api: Api, call: Call, name: str, record_type_id: str) -> Answer:
    """Return the layout that an object's records of a type are shown in, as far as the user may see their fields."""
    sobject = api.sobject(call, name)
    labels = {each["recordTypeId"]: each["name"] for each in record_types(api, call, sobject)}
    if record_type_id not in labels:
        raise Refusal("NOT_FOUND", "The requested resource does not exist", status=404)
    node = _chosen(api, sobject, labels[record_type_id]).node
    sections = [_Section(api, call, sobject, each).described() for each in node.nodes("layoutSections")]
    return Answer(body={**_EMPTY, "detailLayoutSections": sections, "editLayoutSections": sections})


def _chosen(api: Api, sobject: SObject, record_type: str) -> Component:
    names = Names(api.org.schema.namespace)
    layouts = {
        label: component
        for component in api.org.components.values()
        if component.kind.type == "Layout"
        for owner, _, label in [component.name.partition("-")]
        if names.api(owner) == sobject.name
    }
    if not layouts:
        raise Refusal("NOT_FOUND", "The requested resource does not exist", status=404)
    return layouts.get(f"{record_type} Layout") or layouts[min(layouts)]


class _Section:
    """One section of a layout, for one user."""

    def __init__(self, api: Api, call: Call, sobject: SObject, node: Node) -> None:
        self._sobject, self._node = sobject, node
        self._names = Names(api.org.schema.namespace)
        self._readable = api.org.access.readable(call.actor, sobject.name)
        self._editable = api.org.access.editable(call.actor, sobject.name)

    def described(self) -> dict[str, Any]:
        """Return the section, its columns side by side."""
        columns = [
            [item for each in column.nodes("layoutItems") if (item := self._item(each))]
            for column in self._node.nodes("layoutColumns")
        ]
        rows = [[item for item in row if item] for row in zip_longest(*columns)]
        return {
            "heading": self._node.text("label"),
            "useHeading": self._node.flag("editHeading"),
            "columns": len(columns),
            "rows": len(rows),
            "layoutRows": [{"layoutItems": row, "numItems": len(row)} for row in rows],
        }

    def _item(self, node: Node) -> dict[str, Any] | None:
        """Return one field; None for a blank space and for what the user may not read."""
        name = self._names.api(node.text("field") or "")
        field = self._sobject.fields.get(name)
        if field is None or name not in self._readable:
            return None
        behavior = node.text("behavior")
        shown = describe_field(self._sobject, field, editable=name in self._editable)
        open_ = behavior != "Readonly"
        return {
            "label": field.label,
            "required": behavior == "Required",
            "editableForNew": open_ and shown["createable"],
            "editableForUpdate": open_ and shown["updateable"],
            "placeholder": False,
            "layoutComponents": [{"type": "Field", "value": name, "details": shown, "displayLines": 1, "tabOrder": 1}],
        }
