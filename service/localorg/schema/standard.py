"""The standard objects that every org has, as plain data (only the fields that a customer-success team meets)."""

from __future__ import annotations

from service.localorg.schema.model import Constraint, Field, Picklist, Reference, Sharing, SObject, Type

OPEN = frozenset({"User", "Organization", "RecordType"})
"""Objects that every user of the org may read."""
SETUP = frozenset(
    {
        "UserRole",
        "Profile",
        "PermissionSet",
        "PermissionSetAssignment",
        "SetupEntityAccess",
        "CustomPermission",
        "Group",
    }
)
"""Objects that take View Setup to read, and an administrator to change."""
PERSON_NAMED = frozenset({"User", "Contact"})
"""Objects whose Name the org puts together from first and last name."""


def _field(name: str, kind: Type, label: str = "", **more: object) -> Field:
    open_to_all = bool(more.get("required"))
    return Field(name=name, label=label or name, type=kind, **{"always_readable": open_to_all, **more})  # type: ignore[arg-type]


def _text(name: str, length: int, label: str = "", **more: object) -> Field:
    return _field(name, Type.STRING, label, length=length, **more)


def _flag(name: str, label: str = "", **more: object) -> Field:
    return _field(name, Type.BOOLEAN, label, always_readable=True, **more)


def _choice(name: str, values: str, label: str = "", **more: object) -> Field:
    names = tuple((value, value) for value in values.split("|"))
    return _field(name, Type.PICKLIST, label, length=255, picklist=Picklist(values=names), **more)


def _email(name: str, label: str = "", **more: object) -> Field:
    return _field(name, Type.EMAIL, label, length=80, **more)


def _phone(name: str, label: str = "") -> Field:
    return _field(name, Type.PHONE, label, length=40)


def _area(name: str, label: str = "") -> Field:
    return _field(name, Type.TEXTAREA, label, length=32000, filterable=False, sortable=False)


def _money(name: str, label: str = "") -> Field:
    return _field(name, Type.CURRENCY, label, precision=18, scale=2)


def _lookup(name: str, to: str, path: str = "", children: str | None = None, **more: object) -> Field:
    constraint = more.pop("on_delete", Constraint.SET_NULL)
    reference = Reference(
        to=tuple(to.split("|")),
        name=path or name.removesuffix("Id"),
        children=children,
        on_delete=constraint,  # type: ignore[arg-type]
    )
    label = str(more.pop("label", reference.name + " ID"))
    return _field(name, Type.REFERENCE, label, length=18, reference=reference, **more)


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


def make_object(
    prefix: str, name: str, plural: str, fields: tuple[Field, ...], *, sharing: Sharing = Sharing.READ_WRITE
) -> SObject:
    """Put an object together from its own fields and the system fields."""
    identity, *kept = system_fields()
    named = {f.name: f for f in (identity, *fields, *kept)}
    business = name not in SETUP | OPEN
    return SObject(
        name=name,
        label=name,
        plural=plural,
        key_prefix=prefix,
        fields=named,
        name_field=next((n for n in ("Name", "CaseNumber", "Subject") if n in named), None),
        sharing=sharing,
        deletable=business or name == "PermissionSetAssignment",
        undeletable=business,
        lower={key.lower(): key for key in named},
    )


def _name(length: int, label: str = "", **more: object) -> Field:
    return _text("Name", length, label, **{"required": True, **more})


_PERSON = (
    _text("Name", 121, "Full Name", createable=False, updateable=False, always_readable=True),
    _text("LastName", 80, "Last Name", required=True),
    _text("FirstName", 40, "First Name", always_readable=True),
)
_TIME_ZONES = "UTC|GMT|Europe/London|Europe/Paris|Europe/Berlin|America/New_York|America/Los_Angeles|Asia/Tokyo"

_ACCOUNT = (
    _name(255, "Account Name"),
    _choice("Type", "Prospect|Customer - Direct|Customer - Channel|Partner|Other", "Account Type"),
    _lookup("ParentId", "Account", "Parent", "ChildAccounts"),
    _choice(
        "Industry",
        "Agriculture|Banking|Consulting|Education|Energy|Engineering|Finance|Government|Healthcare|Insurance"
        "|Manufacturing|Media|Retail|Technology|Telecommunications|Transportation|Utilities|Other",
    ),
    _text("AccountNumber", 40, "Account Number"),
    _money("AnnualRevenue", "Annual Revenue"),
    _field("NumberOfEmployees", Type.INT, "Employees", precision=8),
    _phone("Phone", "Account Phone"),
    _field("Website", Type.URL, length=255),
    _text("BillingCity", 40, "Billing City"),
    _text("BillingCountry", 80, "Billing Country"),
    _area("Description", label="Account Description"),
    owner_field(),
)
_CONTACT = (
    *_PERSON,
    _lookup("AccountId", "Account", children="Contacts", on_delete=Constraint.CASCADE),
    _lookup("ReportsToId", "Contact", "ReportsTo"),
    _text("Title", 128),
    _text("Department", 80),
    _email("Email"),
    _phone("Phone", "Business Phone"),
    _phone("MobilePhone", "Mobile Phone"),
    _area("Description", label="Contact Description"),
    owner_field(),
)
_USER = (
    *_PERSON,
    _text("Username", 80, required=True, unique=True),
    _email("Email", required=True),
    _text("Alias", 8, always_readable=True),
    _text("Title", 80, always_readable=True),
    _flag("IsActive", "Active"),
    _choice("UserType", "Standard|Guest|CsnOnly", "User Type", always_readable=True, updateable=False),
    _choice("TimeZoneSidKey", _TIME_ZONES, "Time Zone", required=True),
    _choice("LocaleSidKey", "en_US|en_GB|de_DE|fr_FR", "Locale", always_readable=True),
    _choice("LanguageLocaleKey", "en_US|de|fr", "Language", always_readable=True),
    _lookup("ProfileId", "Profile", required=True, on_delete=Constraint.RESTRICT),
    _lookup("UserRoleId", "UserRole", always_readable=True),
    _lookup("ManagerId", "User", "Manager", "ManagedUsers", always_readable=True),
)
_ORGANIZATION = (
    _name(80),
    _text("OrganizationType", 40, "Edition", always_readable=True, createable=False, updateable=False),
    _flag("IsSandbox", "Is Sandbox", createable=False, updateable=False),
    _text("NamespacePrefix", 15, "Namespace Prefix", always_readable=True, createable=False, updateable=False),
    _text("TimeZoneSidKey", 40, "Time Zone", always_readable=True),
    _text("InstanceName", 5, "Instance Name", always_readable=True, createable=False, updateable=False),
)
_OPPORTUNITY = (
    _name(120),
    _lookup("AccountId", "Account", children="Opportunities", on_delete=Constraint.CASCADE),
    _choice("StageName", "Prospecting|Qualification|Proposal|Negotiation|Closed Won|Closed Lost", required=True),
    _field("CloseDate", Type.DATE, "Close Date", required=True),
    _money("Amount"),
    owner_field(),
)
_CASE = (
    _text(
        "CaseNumber",
        30,
        "Case Number",
        auto_number="{00000000}",
        createable=False,
        updateable=False,
        always_readable=True,
    ),
    _text("Subject", 255),
    _lookup("AccountId", "Account", children="Cases", on_delete=Constraint.RESTRICT),
    _lookup("ContactId", "Contact", children="Cases"),
    _choice("Status", "New|Working|Escalated|Closed", always_readable=True),
    _choice("Priority", "High|Medium|Low"),
    _choice("Origin", "Phone|Email|Web", "Case Origin"),
    _area("Description"),
    owner_field("Group", "User"),
)
_ACTIVITY = (
    _text("Subject", 255, always_readable=True),
    _lookup("WhoId", "Contact", "Who"),
    _area("Description", label="Comments"),
    owner_field(),
)
_TASK = (
    *_ACTIVITY,
    _lookup("WhatId", "Account|Opportunity|Case", "What", "Tasks", on_delete=Constraint.CASCADE),
    _field("ActivityDate", Type.DATE, "Due Date Only"),
    _choice("Status", "Not Started|In Progress|Completed|Deferred", always_readable=True),
    _choice("Priority", "High|Normal|Low", always_readable=True),
    _choice("Type", "Call|Meeting|Email|Other"),
)
_EVENT = (
    *_ACTIVITY,
    _lookup("WhatId", "Account|Opportunity|Case", "What", "Events", on_delete=Constraint.CASCADE),
    _field("StartDateTime", Type.DATETIME, "Start Date Time"),
    _field("EndDateTime", Type.DATETIME, "End Date Time"),
    _choice("Type", "Call|Meeting|Email|Other"),
)
_PERMISSION_SET = (
    _text("Name", 80, required=True),
    _text("Label", 80, required=True),
    _text("NamespacePrefix", 15, "Namespace Prefix"),
    _flag("IsOwnedByProfile", "Is Owned By Profile"),
    _flag("IsCustom", "Is Custom"),
    _lookup("ProfileId", "Profile"),
)
_ASSIGNMENT = (
    _lookup("PermissionSetId", "PermissionSet", children="Assignments", required=True, on_delete=Constraint.CASCADE),
    _lookup("AssigneeId", "User", children="PermissionSetAssignments", required=True, on_delete=Constraint.CASCADE),
)
_ENTITY_ACCESS = (
    _lookup("ParentId", "PermissionSet", "Parent", "SetupEntityAccessItems", required=True),
    _lookup("SetupEntityId", "CustomPermission", "SetupEntity", "SetupEntityAccessItems", required=True),
    _text("SetupEntityType", 40, always_readable=True, createable=False),
)
_CUSTOM_PERMISSION = (
    _text("DeveloperName", 80, required=True),
    _text("MasterLabel", 80, required=True),
    _text("NamespacePrefix", 15, "Namespace Prefix"),
)
_ROLE = (
    _name(80),
    _text("DeveloperName", 80, always_readable=True),
    _lookup("ParentRoleId", "UserRole", "ParentRole"),
)
_GROUP = (
    _name(40),
    _text("DeveloperName", 80, always_readable=True),
    _choice("Type", "Regular|Queue|Role|Organization", required=True),
)
_RECORD_TYPE = (
    _name(80),
    _text("DeveloperName", 80, required=True),
    _text("NamespacePrefix", 15, "Namespace Prefix", always_readable=True),
    _text("SobjectType", 255, required=True),
    _flag("IsActive", "Active"),
)

STANDARD_OBJECTS = (
    make_object("001", "Account", "Accounts", _ACCOUNT),
    make_object("003", "Contact", "Contacts", _CONTACT, sharing=Sharing.CONTROLLED_BY_PARENT),
    make_object("006", "Opportunity", "Opportunities", _OPPORTUNITY),
    make_object("500", "Case", "Cases", _CASE),
    make_object("00T", "Task", "Tasks", _TASK, sharing=Sharing.PRIVATE),
    make_object("00U", "Event", "Events", _EVENT, sharing=Sharing.PRIVATE),
    make_object("005", "User", "Users", _USER),
    make_object("00D", "Organization", "Organizations", _ORGANIZATION),
    make_object("00E", "UserRole", "Roles", _ROLE),
    make_object("00e", "Profile", "Profiles", (_name(255),)),
    make_object("0PS", "PermissionSet", "Permission Sets", _PERMISSION_SET),
    make_object("0Pa", "PermissionSetAssignment", "Permission Set Assignments", _ASSIGNMENT),
    make_object("0J0", "SetupEntityAccess", "Setup Entity Access", _ENTITY_ACCESS),
    make_object("0CP", "CustomPermission", "Custom Permissions", _CUSTOM_PERMISSION),
    make_object("00G", "Group", "Groups", _GROUP),
    make_object("012", "RecordType", "Record Types", _RECORD_TYPE),
)
