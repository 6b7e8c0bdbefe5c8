"""Create and edit windows: which fields they show, as the org's admins have set them up (OB-47 to OB-52, OB-82).

Without record types the object's field set decides, with them the layout of the chosen type; what has neither shows every
mapped field. Field-level security is that of the acting user.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from service.domain.faults import Fault
from service.domain.permissions import Action
from service.domain.values import Kind
from service.mapping.model import FieldMapping, ObjectMapping
from service.plans import field_security, forms, window_sources
from service.plans.desk import Desk
from service.plans.records import find
from service.plans.refusals import Invalid
from service.plans.window_sources import TYPE_FIELD, Shown
from service.store.field_security import Closed

RECORD_TYPE = "record_type_id"
"""The field of a record's type: filled, never to be changed (OB-49)."""
MASTER = "012000000000000AAA"
"""The id of the type of records that have none."""
HIDDEN = (
    "The org does not show field sets and field-level security to the user that Plansync signs in as, so this may be more "
    "than you are meant to see; an administrator can give that user View Setup and Configuration"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One value that can be chosen, and how the org calls it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a window."""

    column: str
    label: str
    kind: Kind
    required: bool = False
    read_only: bool = False
    help: str | None = None
    length: int | None = None
    scale: int | None = None
    refers_to: str | None = None
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordType:
    """One type that records of an object can have."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A window: its fields in order, and the record types; of several, one has to be chosen before there are fields."""

    noun: str
    fields: tuple[FormField, ...]
    record_types: tuple[RecordType, ...] = ()
    record_type: RecordType | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """What decides on the fields of one window: the object as the org describes it, what is closed to the user, what is done."""

    mapping: ObjectMapping
    described: Mapping[str, Mapping[str, Any]]
    closed: Closed
    is_new: bool


def form(desk: Desk, noun: str, *, record_type: str | None = None, record_id: UUID | None = None) -> Form:
    """Return the window in which the acting user creates a record, or edits the one with that id."""
    desk.allow(Action.CREATE if record_id is None else Action.EDIT, noun)
    mapping = desk.org.mappings[noun]
    described, closed = field_security.look(desk, noun)
    types = record_types(described)
    chosen = _asked(types, record_type) if record_id is None else _type_of(desk, noun, record_id, types)
    if types and chosen is None and record_id is None:
        return Form(noun=noun, fields=(), record_types=types)
    shown = _shown(desk, mapping, types, chosen)
    window = Window(mapping, {field["name"]: field for field in described["fields"]}, closed, record_id is None)
    return Form(
        noun=noun,
        fields=fields_of(window, shown or [Shown(field.crm) for field in mapping.fields], chosen),
        record_types=types,
        record_type=chosen,
        note=None if closed.shown and shown is not None else HIDDEN,
    )


def record_types(described: Mapping[str, Any]) -> tuple[RecordType, ...]:
    """Return the types that new records of an object may get; the master is none that people know."""
    return tuple(
        RecordType(id=each["recordTypeId"], name=each["name"])
        for each in described["recordTypeInfos"]
        if each["active"] and each["available"] and not each["master"]
    )


def fields_of(window: Window, shown: Sequence[Shown], chosen: RecordType | None) -> tuple[FormField, ...]:
    """Return the fields that a window shows: in the order given, without those that its user may not read (OB-52)."""
    mapped = {field.crm: field for field in window.mapping.fields}
    found = []
    for each in shown:
        if each.crm == TYPE_FIELD and chosen:
            found.append(_type_field(window, chosen))
        elif each.crm in mapped and each.crm in window.described:
            found.append(_field(window, mapped[each.crm], each))
    return tuple(field for field in found if field.column not in window.closed.hidden)


def _shown(
    desk: Desk, mapping: ObjectMapping, types: Sequence[RecordType], chosen: RecordType | None
) -> list[Shown] | None:
    if types:
        return window_sources.layout(desk.org, mapping, chosen.id if chosen else MASTER)
    return window_sources.field_set(desk.org, mapping)


def _asked(types: Sequence[RecordType], asked: str | None) -> RecordType | None:
    """Return the type that was asked for, or the only one there is (OB-47)."""
    if asked is None:
        return types[0] if len(types) == 1 else None
    for each in types:
        if each.id == asked:
            return each
    names = ", ".join(f"{each.id} ({each.name})" for each in types) or "none, so leave it out"
    message = f"'{asked[:40]}' is no record type that you can choose; there are: {names}"
    raise Invalid([Fault(field=RECORD_TYPE, code="not_a_choice", message=message)])


def _type_of(desk: Desk, noun: str, record_id: UUID, types: Sequence[RecordType]) -> RecordType | None:
    """Return the type of a record, where its object has types and the record one of them."""
    found = find(desk, noun, record_id)
    if not types or found.crm_id is None:
        return None
    its_own = window_sources.record_type_of(desk.org, found.mapping, found.crm_id)
    return next((each for each in types if each.id == its_own), None)


def _type_field(window: Window, chosen: RecordType) -> FormField:
    label = window.described.get(TYPE_FIELD, {}).get("label", "Record Type")
    option = Option(value=chosen.id, label=chosen.name)
    return FormField(column=RECORD_TYPE, label=label, kind=Kind.CHOICE, read_only=True, options=(option,))


def _field(window: Window, field: FieldMapping, shown: Shown) -> FormField:
    described = window.described[field.crm]
    open_there = shown.for_new if window.is_new else shown.for_update
    read_only = not (open_there and field.pulled and field.pushed and _is_editable(window, field))
    return FormField(
        column=field.column,
        label=described["label"],
        kind=field.kind,
        required=not read_only and (shown.required or field.required or _is_demanded(described)),
        read_only=read_only,
        help=described["inlineHelpText"],
        length=field.length,
        scale=field.scale,
        refers_to=field.refers_to,
        options=tuple(
            Option(value=each["value"], label=each["label"]) for each in described["picklistValues"] if each["active"]
        ),
    )


def _is_editable(window: Window, field: FieldMapping) -> bool:
    described = window.described[field.crm]
    can_be_set = bool(described["createable" if window.is_new else "updateable"])
    return can_be_set and field.column not in window.closed.locked | forms.RULED.keys()


def _is_demanded(described: Mapping[str, Any]) -> bool:
    return bool(described["createable"] and not described["nillable"] and not described["defaultedOnCreate"])
