"""How the fields of standard objects are put down in one line each."""

from __future__ import annotations

from service.localorg.schema.model import Constraint, Field, Picklist, Reference, Type


def field(name: str, kind: Type, label: str = "", **more: object) -> Field:
    """Return a field; one that is required is open to all who may read the object."""
    open_to_all = bool(more.get("required"))
    return Field(name=name, label=label or name, type=kind, **{"always_readable": open_to_all, **more})  # type: ignore[arg-type]


def text(name: str, length: int, label: str = "", **more: object) -> Field:
    """Return a text field."""
    return field(name, Type.STRING, label, length=length, **more)


def flag(name: str, label: str = "", **more: object) -> Field:
    """Return a checkbox that all who may read the object see."""
    return field(name, Type.BOOLEAN, label, always_readable=True, **more)


def choice(name: str, values: str, label: str = "", *, default: str | None = None, **more: object) -> Field:
    """Return an open picklist with the values that a bar separates."""
    names = tuple((value, value) for value in values.split("|"))
    return field(name, Type.PICKLIST, label, length=255, picklist=Picklist(values=names, default=default), **more)


def email(name: str, label: str = "", **more: object) -> Field:
    """Return an e-mail field."""
    return field(name, Type.EMAIL, label, length=80, **more)


def phone(name: str, label: str = "") -> Field:
    """Return a phone field."""
    return field(name, Type.PHONE, label, length=40)


def area(name: str, label: str = "") -> Field:
    """Return a long text field."""
    return field(name, Type.TEXTAREA, label, length=32000, filterable=False, sortable=False)


def money(name: str, label: str = "") -> Field:
    """Return a currency field."""
    return field(name, Type.CURRENCY, label, precision=18, scale=2)


def lookup(name: str, to: str, path: str = "", children: str | None = None, **more: object) -> Field:
    """Return a lookup to one object, or to several that a bar separates."""
    constraint = more.pop("on_delete", Constraint.SET_NULL)
    reference = Reference(
        to=tuple(to.split("|")),
        name=path or name.removesuffix("Id"),
        children=children,
        on_delete=constraint,  # type: ignore[arg-type]
    )
    label = str(more.pop("label", reference.name + " ID"))
    return field(name, Type.REFERENCE, label, length=18, reference=reference, **more)


def _system(name: str, kind: Type, label: str, reference: Reference | None = None) -> Field:
    return Field(
        name=name,
        label=label,
        type=kind,
        length=18 if kind in (Type.ID, Type.REFERENCE) else 0,
        reference=reference,
        system=True,
        createable=False,
        updateable=False,
        always_readable=True,
    )


def master_record(sobject: str) -> Field:
    """Return the field that names the record which a deleted one was merged into."""
    reference = Reference(to=(sobject,), name="MasterRecord", children=None)
    return _system("MasterRecordId", Type.REFERENCE, "Master Record ID", reference)


def owner_field(*to: str) -> Field:
    """Return OwnerId; custom objects can be owned by queues as well."""
    return Field(
        name="OwnerId",
        label="Owner ID",
        type=Type.REFERENCE,
        length=18,
        reference=Reference(to=to or ("User",), name="Owner", children=None, on_delete=Constraint.RESTRICT),
        always_readable=True,
    )


def setup_owner_field() -> Field:
    """Return the field of a custom setting that says for whom its values are: the org, a profile or a user."""
    return lookup(
        "SetupOwnerId", "Organization|Profile|User", "SetupOwner", required=True, on_delete=Constraint.CASCADE
    )


def system_fields() -> tuple[Field, ...]:
    """Return the fields that the org itself keeps on every object, Id first."""
    by_user = {
        name: Reference(to=("User",), name=name, children=None, on_delete=Constraint.RESTRICT)
        for name in ("CreatedBy", "LastModifiedBy")
    }
    return (
        _system("Id", Type.ID, "Record ID"),
        _system("IsDeleted", Type.BOOLEAN, "Deleted"),
        _system("CreatedDate", Type.DATETIME, "Created Date"),
        _system("CreatedById", Type.REFERENCE, "Created By ID", by_user["CreatedBy"]),
        _system("LastModifiedDate", Type.DATETIME, "Last Modified Date"),
        _system("LastModifiedById", Type.REFERENCE, "Last Modified By ID", by_user["LastModifiedBy"]),
        _system("SystemModstamp", Type.DATETIME, "System Modstamp"),
    )
