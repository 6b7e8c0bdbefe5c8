"""Objects, validation rules, record types and field sets from their metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from service.localorg.schema.components import Component
from service.localorg.schema.fields import Draft, read_field
from service.localorg.schema.fieldtypes import Source, read_auto_number
from service.localorg.schema.kinds import FIELD, OBJECT
from service.localorg.schema.model import Field, FieldSet, Reference, Sharing, SObject, Type
from service.localorg.schema.nodes import Node
from service.localorg.schema.standardfields import owner_field, setup_owner_field, system_fields

_SWITCHES = (
    "allowInChatterGroups",
    "enableActivities",
    "enableBulkApi",
    "enableEnhancedLookup",
    "enableFeeds",
    "enableHistory",
    "enableLicensing",
    "enableReports",
    "enableSearch",
    "enableSharing",
    "enableStreamingApi",
)
_SCREEN = ("actionOverrides", "compactLayoutAssignment", "externalSharingModel", "searchLayouts", "startsWith")
_NAME_LENGTH = 80


@dataclass(slots=True)
class ObjectDraft:
    """What a package says about one object, gathered file by file."""

    name: str
    node: Node | None = None
    members: list[Node] = field(default_factory=list)
    """What belongs to the object, as far as it was read."""
    standard: SObject | None = None
    fields: dict[str, Draft] = field(default_factory=dict)
    rules: list[RuleDraft] = field(default_factory=list)
    record_types: list[tuple[str, str]] = field(default_factory=list)
    field_sets: list[FieldSet] = field(default_factory=list)
    mentions: list[tuple[Node, str]] = field(default_factory=list)
    """Fields that field sets and record types name."""


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A validation rule whose condition is still text."""

    node: Node
    name: str
    condition: str
    message: str
    field: str | None
    active: bool


def add_component(draft: ObjectDraft, component: Component, source: Source) -> None:
    """Read one component that belongs to an object, or the object's own."""
    node, name = component.node, component.name
    if component.kind is OBJECT:
        draft.node = node
        return
    draft.members.append(node)
    if component.kind is FIELD:
        found = read_field(node, name, source)
        draft.fields[found.field.name] = found
        return
    if node.need("fullName", 80) != name:
        raise node.error(f"must be the file's name, {name}", "fullName")
    _ADD[component.kind.type](draft, node, name, source)
    node.close()


def _add_rule(draft: ObjectDraft, node: Node, name: str, source: Source) -> None:
    at = node.text("errorDisplayField")
    condition = source.names.formula(node.need("errorConditionFormula", 3900))
    message = node.need("errorMessage", 255)
    node.ignore("description")
    rule = RuleDraft(node, name, condition, message, source.names.api(at) if at else None, node.flag("active"))
    draft.rules.append(rule)


def _add_record_type(draft: ObjectDraft, node: Node, name: str, source: Source) -> None:
    label = node.need("label", 80)
    for each in node.nodes("picklistValues"):
        draft.mentions.append((each, source.names.api(each.need("picklist"))))
        each.ignore("values")
        each.close()
    node.ignore("description", "compactLayoutAssignment", "businessProcess")
    if node.flag("active"):
        draft.record_types.append((name, label))


def _add_field_set(draft: ObjectDraft, node: Node, name: str, source: Source) -> None:
    label, description = node.need("label", 80), node.need("description", 1000)
    shown = [_mention(draft, each, source) for each in node.nodes("displayedFields")]
    for each in node.nodes("availableFields"):
        _mention(draft, each, source)
    draft.field_sets.append(FieldSet(name=name, label=label, description=description, displayed=tuple(shown)))


def _mention(draft: ObjectDraft, node: Node, source: Source) -> tuple[str, bool]:
    """Return the field that a field set names, and whether it asks for it."""
    path = source.names.path(node.need("field"))
    draft.mentions.append((node, path))
    node.ignore("isFieldManaged")
    required = node.flag("isRequired")
    node.close()
    return path, required


_ADD = {"ValidationRule": _add_rule, "RecordType": _add_record_type, "FieldSet": _add_field_set}


def build_object(draft: ObjectDraft, prefix: str, source: Source) -> SObject:
    """Put an object together from its files; formulas and rules follow when all objects are known."""
    if draft.standard is not None:
        return _extended(draft, draft.standard)
    node = draft.node
    if node is None:
        raise draft.members[0].error(f"no CustomObject named {draft.name} found", "CustomObject")
    if node.has("customSettingsType"):
        return _setting(draft, node, prefix, source)
    label, plural = node.need("label", 40), node.need("pluralLabel", 40)
    sharing = Sharing(node.choice("sharingModel", *Sharing))
    node.choice("deploymentStatus", "Deployed", "InDevelopment")
    name_field = _name_field(node.node("nameField"))
    for switch in _SWITCHES:
        node.flag(switch)
    node.ignore("description", "visibility", *_SCREEN)
    node.close()
    own = [name_field, *(d.field for d in draft.fields.values())]
    masters = [f for f in own if f.reference and f.reference.master]
    _check_masters(node, masters, sharing)
    fields = _arranged(own, draft, owned=not masters)
    return SObject(
        name=source.names.api(draft.name),
        label=label,
        plural=plural,
        key_prefix=prefix,
        fields=fields,
        name_field="Name",
        sharing=sharing,
        custom=True,
        record_types=tuple(draft.record_types),
        field_sets=tuple(draft.field_sets),
        lower={key.lower(): key for key in fields},
    )


def _setting(draft: ObjectDraft, node: Node, prefix: str, source: Source) -> SObject:
    label = node.need("label", 40)
    node.choice("customSettingsType", "Hierarchy")
    node.choice("visibility", "Public", "Protected")
    node.flag("enableFeeds")
    node.ignore("description")
    node.close()
    identity, *kept = system_fields()
    name = Field(name="Name", label="Name", type=Type.STRING, length=_NAME_LENGTH, always_readable=True)
    own = [draft_field.field for draft_field in draft.fields.values()]
    fields = {f.name: f for f in (identity, name, setup_owner_field(), *kept, *own)}
    return SObject(
        name=source.names.api(draft.name),
        label=label,
        plural=label,
        key_prefix=prefix,
        fields=fields,
        name_field="Name",
        custom=True,
        setting=True,
        undeletable=False,
        replicateable=False,
        lower={key.lower(): key for key in fields},
    )


def _extended(draft: ObjectDraft, standard: SObject) -> SObject:
    """Return a standard object with the package's fields, and with the sharing that its own file may set."""
    sharing = standard.sharing
    if draft.node is not None:
        if draft.node.has("sharingModel"):
            sharing = Sharing(draft.node.choice("sharingModel", *Sharing))
        draft.node.ignore(*_SWITCHES, *_SCREEN)
        draft.node.close()
    more = [d.field for d in draft.fields.values()]
    if draft.record_types:
        more.append(_record_type_field())
    fields = {**standard.fields, **{f.name: f for f in more}}
    return replace(
        standard,
        fields=fields,
        sharing=sharing,
        record_types=tuple(draft.record_types),
        field_sets=tuple(draft.field_sets),
        lower={key.lower(): key for key in fields},
    )


def _arranged(own: list[Field], draft: ObjectDraft, *, owned: bool) -> Mapping[str, Field]:
    identity, *kept = system_fields()
    owner = [owner_field("Group", "User")] if owned else []
    record_type = [_record_type_field()] if draft.record_types else []
    name, *custom = own
    return {f.name: f for f in (identity, *owner, name, *record_type, *kept, *custom)}


def _record_type_field() -> Field:
    reference = Reference(to=("RecordType",), name="RecordType", children=None)
    return Field(
        name="RecordTypeId",
        label="Record Type ID",
        type=Type.REFERENCE,
        length=18,
        reference=reference,
        always_readable=True,
    )


def _name_field(node: Node) -> Field:
    kind = node.choice("type", "Text", "AutoNumber")
    more: dict[str, Any] = {}
    if kind == "AutoNumber":
        more = read_auto_number(node)
    label = node.need("label", 40)
    node.ignore("trackHistory", "trackFeedHistory")
    node.close()
    return Field(name="Name", label=label, type=Type.STRING, length=_NAME_LENGTH, always_readable=True, **more)


def _check_masters(node: Node, masters: list[Field], sharing: Sharing) -> None:
    if len(masters) > 2:  # noqa: PLR2004 - the platform's limit
        raise node.error("an object can have two master-detail relationships at most", "fields")
    if (sharing is Sharing.CONTROLLED_BY_PARENT) != bool(masters):
        raise node.error("must be ControlledByParent for the detail of a master, and only there", "sharingModel")


def check_references(draft: Draft, objects: Mapping[str, SObject]) -> None:
    """Refuse a lookup to an object that is not there."""
    for target in draft.field.reference.to if draft.field.reference else ():
        if target not in objects:
            raise draft.node.error(f"no CustomObject named {target} found", "referenceTo")


def check_mentions(draft: ObjectDraft, sobject: SObject) -> None:
    """Refuse a field set or record type with a field that is not there."""
    for node, path in draft.mentions:
        if "." not in path and sobject.field(path) is None:
            raise node.error(f"no field {path} on {sobject.name}")


def check_child_names(objects: Mapping[str, SObject], drafts: Mapping[str, ObjectDraft]) -> None:
    """Refuse two child relationships of one name on the same parent."""
    taken: set[tuple[str, str]] = set()
    for sobject in objects.values():
        for found in sobject.fields.values():
            if found.reference is None or found.reference.children is None:
                continue
            for parent in found.reference.to:
                key = (parent, found.reference.children.lower())
                if key in taken:
                    node = drafts[sobject.name].fields[found.name].node
                    raise node.error(f"{parent} has a child relationship of this name already", "relationshipName")
                taken.add(key)
