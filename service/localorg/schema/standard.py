"""The standard objects that every org has, as plain data (only the fields that a customer-success team meets)."""

from __future__ import annotations

from dataclasses import replace

from service.localorg.schema.model import Constraint, Field, Sharing, SObject, Type
from service.localorg.schema.standardfields import (
    area,
    choice,
    email,
    field,
    flag,
    lookup,
    master_record,
    money,
    owner_field,
    phone,
    system_fields,
    text,
)

OPEN = frozenset({"User", "Organization", "RecordType", "EntityDefinition"})
"""Objects that every user of the org may read."""
TOOLING = frozenset({"FieldSet"})
"""Objects that only the Tooling API knows."""
SETUP = frozenset(
    {
        "UserRole",
        "Profile",
        "PermissionSet",
        "PermissionSetAssignment",
        "PermissionSetGroup",
        "PermissionSetGroupComponent",
        "ObjectPermissions",
        "FieldPermissions",
        "SetupEntityAccess",
        "CustomPermission",
        "FieldSet",
        "Group",
    }
)
"""Objects that take View Setup to read, and an administrator to change."""
GIVEN_AWAY = frozenset({"PermissionSetAssignment", "PermissionSetGroup", "PermissionSetGroupComponent"})
"""Set-up objects whose records an administrator may delete."""
PERSON_NAMED = frozenset({"User", "Contact"})
"""Objects whose Name the org puts together from first and last name."""


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
        deletable=business or name in GIVEN_AWAY,
        undeletable=business,
        lower={key.lower(): key for key in named},
    )


def _name(length: int, label: str = "", **more: object) -> Field:
    return text("Name", length, label, **{"required": True, **more})


_PERSON = (
    text("Name", 121, "Full Name", createable=False, updateable=False, always_readable=True),
    text("LastName", 80, "Last Name", required=True),
    text("FirstName", 40, "First Name", always_readable=True),
)
_TIME_ZONES = "UTC|GMT|Europe/London|Europe/Paris|Europe/Berlin|America/New_York|America/Los_Angeles|Asia/Tokyo"

_ACCOUNT = (
    _name(255, "Account Name"),
    choice("Type", "Prospect|Customer - Direct|Customer - Channel|Partner|Other", "Account Type"),
    lookup("ParentId", "Account", "Parent", "ChildAccounts"),
    master_record("Account"),
    choice(
        "Industry",
        "Agriculture|Banking|Consulting|Education|Energy|Engineering|Finance|Government|Healthcare|Insurance"
        "|Manufacturing|Media|Retail|Technology|Telecommunications|Transportation|Utilities|Other",
    ),
    text("AccountNumber", 40, "Account Number"),
    money("AnnualRevenue", "Annual Revenue"),
    field("NumberOfEmployees", Type.INT, "Employees", precision=8),
    phone("Phone", "Account Phone"),
    field("Website", Type.URL, length=255),
    text("BillingCity", 40, "Billing City"),
    text("BillingCountry", 80, "Billing Country"),
    area("Description", label="Account Description"),
    owner_field(),
)
_CONTACT = (
    *_PERSON,
    lookup("AccountId", "Account", children="Contacts", on_delete=Constraint.CASCADE),
    lookup("ReportsToId", "Contact", "ReportsTo"),
    master_record("Contact"),
    text("Title", 128),
    text("Department", 80),
    email("Email"),
    phone("Phone", "Business Phone"),
    phone("MobilePhone", "Mobile Phone"),
    area("Description", label="Contact Description"),
    owner_field(),
)
_USER = (
    *_PERSON,
    text("Username", 80, required=True, unique=True),
    email("Email", required=True),
    text("Alias", 8, always_readable=True),
    text("Title", 80, always_readable=True),
    flag("IsActive", "Active"),
    choice(
        "UserType", "Standard|Guest|CsnOnly", "User Type", default="Standard", always_readable=True, updateable=False
    ),
    choice("TimeZoneSidKey", _TIME_ZONES, "Time Zone", required=True),
    choice("LocaleSidKey", "en_US|en_GB|de_DE|fr_FR", "Locale", always_readable=True),
    choice("LanguageLocaleKey", "en_US|de|fr", "Language", always_readable=True),
    lookup("ProfileId", "Profile", required=True, on_delete=Constraint.RESTRICT),
    lookup("UserRoleId", "UserRole", always_readable=True),
    lookup("ManagerId", "User", "Manager", "ManagedUsers", always_readable=True),
)
_ORGANIZATION = (
    _name(80),
    text("OrganizationType", 40, "Edition", always_readable=True, createable=False, updateable=False),
    flag("IsSandbox", "Is Sandbox", createable=False, updateable=False),
    text("NamespacePrefix", 15, "Namespace Prefix", always_readable=True, createable=False, updateable=False),
    text("TimeZoneSidKey", 40, "Time Zone", always_readable=True),
    field(
        "TrialExpirationDate",
        Type.DATETIME,
        "Trial Expiration Date",
        always_readable=True,
        createable=False,
        updateable=False,
    ),
    text("InstanceName", 5, "Instance Name", always_readable=True, createable=False, updateable=False),
    field("TrialExpirationDate", Type.DATETIME, always_readable=True, createable=False, updateable=False),
)
_OPPORTUNITY = (
    _name(120),
    lookup("AccountId", "Account", children="Opportunities", on_delete=Constraint.CASCADE),
    choice("StageName", "Prospecting|Qualification|Proposal|Negotiation|Closed Won|Closed Lost", required=True),
    field("CloseDate", Type.DATE, "Close Date", required=True),
    money("Amount"),
    owner_field(),
)
_CASE = (
    text(
        "CaseNumber",
        30,
        "Case Number",
        auto_number="{00000000}",
        createable=False,
        updateable=False,
        always_readable=True,
    ),
    text("Subject", 255),
    lookup("AccountId", "Account", children="Cases", on_delete=Constraint.RESTRICT),
    lookup("ContactId", "Contact", children="Cases"),
    choice("Status", "New|Working|Escalated|Closed", always_readable=True),
    choice("Priority", "High|Medium|Low"),
    choice("Origin", "Phone|Email|Web", "Case Origin"),
    area("Description"),
    owner_field("Group", "User"),
)
_ACTIVITY = (
    text("Subject", 255, always_readable=True),
    lookup("WhoId", "Contact", "Who"),
    area("Description", label="Comments"),
    owner_field(),
)
_TASK = (
    *_ACTIVITY,
    lookup("WhatId", "Account|Opportunity|Case", "What", "Tasks", on_delete=Constraint.CASCADE),
    field("ActivityDate", Type.DATE, "Due Date Only"),
    choice("Status", "Not Started|In Progress|Completed|Deferred", always_readable=True),
    choice("Priority", "High|Normal|Low", always_readable=True),
    choice("Type", "Call|Meeting|Email|Other"),
)
_EVENT = (
    *_ACTIVITY,
    lookup("WhatId", "Account|Opportunity|Case", "What", "Events", on_delete=Constraint.CASCADE),
    field("StartDateTime", Type.DATETIME, "Start Date Time"),
    field("EndDateTime", Type.DATETIME, "End Date Time"),
    choice("Type", "Call|Meeting|Email|Other"),
)
_PERMISSION_SET = (
    text("Name", 80, required=True),
    text("Label", 80, required=True),
    text("NamespacePrefix", 15, "Namespace Prefix"),
    flag("IsOwnedByProfile", "Is Owned By Profile"),
    flag("IsCustom", "Is Custom"),
    lookup("ProfileId", "Profile"),
)
_SET_GROUP = (
    text("DeveloperName", 80, required=True),
    text("MasterLabel", 80, required=True),
    text("NamespacePrefix", 15, "Namespace Prefix"),
)
_SET_GROUP_COMPONENT = (
    lookup(
        "PermissionSetGroupId",
        "PermissionSetGroup",
        children="PermissionSetGroupComponents",
        required=True,
        on_delete=Constraint.CASCADE,
    ),
    lookup("PermissionSetId", "PermissionSet", required=True, on_delete=Constraint.CASCADE),
)
_ASSIGNMENT = (
    # Salesforce fills in the set that stands for a group; here an assignment of a group has none.
    lookup("PermissionSetId", "PermissionSet", children="Assignments", on_delete=Constraint.CASCADE),
    lookup("PermissionSetGroupId", "PermissionSetGroup", children="Assignments", on_delete=Constraint.CASCADE),
    lookup("AssigneeId", "User", children="PermissionSetAssignments", required=True, on_delete=Constraint.CASCADE),
    field("ExpirationDate", Type.DATETIME, "Expiration Date"),
)
_OBJECT_PERMISSIONS = (
    lookup("ParentId", "PermissionSet", "Parent", "ObjectPerms", required=True),
    text("SobjectType", 40, required=True),
    *(
        flag(f"Permissions{name}", label)
        for name, label in {
            "Read": "Read Records",
            "Create": "Create Records",
            "Edit": "Edit Records",
            "Delete": "Delete Records",
            "ViewAllRecords": "Read All Records",
            "ModifyAllRecords": "Edit All Records",
        }.items()
    ),
)
_FIELD_PERMISSIONS = (
    lookup("ParentId", "PermissionSet", "Parent", "FieldPerms", required=True),
    text("SobjectType", 40, required=True),
    text("Field", 121, "Field Name", required=True),
    flag("PermissionsRead", "Read Field"),
    flag("PermissionsEdit", "Edit Field"),
)
_ENTITY_ACCESS = (
    lookup("ParentId", "PermissionSet", "Parent", "SetupEntityAccessItems", required=True),
    lookup("SetupEntityId", "CustomPermission", "SetupEntity", "SetupEntityAccessItems", required=True),
    text("SetupEntityType", 40, always_readable=True, createable=False),
)
_CUSTOM_PERMISSION = (
    text("DeveloperName", 80, required=True),
    text("MasterLabel", 80, required=True),
    text("NamespacePrefix", 15, "Namespace Prefix"),
)
_ROLE = (
    _name(80),
    text("DeveloperName", 80, always_readable=True),
    lookup("ParentRoleId", "UserRole", "ParentRole"),
)
_GROUP = (
    _name(40),
    text("DeveloperName", 80, always_readable=True),
    choice("Type", "Regular|Queue|Role|Organization", required=True),
)
_SHARING_MODELS = (
    "Private|Read|ReadWrite|ReadWriteTransfer|FullAccess|ControlledByParent|ControlledByCampaign"
    "|ControlledByLeadOrContact"
)
_ENTITY_DEFINITION = tuple(
    replace(each, always_readable=True, createable=False, updateable=False)
    for each in (
        text("QualifiedApiName", 70, "Qualified API Name"),
        text("DeveloperName", 40, "Developer Name"),
        text("NamespacePrefix", 15, "Namespace Prefix"),
        text("Label", 40),
        text("KeyPrefix", 3, "Key Prefix"),
        choice("InternalSharingModel", _SHARING_MODELS, "Internal Sharing Model"),
        choice("ExternalSharingModel", _SHARING_MODELS, "External Sharing Model"),
    )
)
_FIELD_SET = tuple(
    replace(each, always_readable=True, createable=False, updateable=False)
    for each in (
        text("DeveloperName", 40, "Developer Name"),
        text("NamespacePrefix", 15, "Namespace Prefix"),
        text("MasterLabel", 80, "Label"),
        text("Description", 1000),
        lookup("EntityDefinitionId", "EntityDefinition", "EntityDefinition"),
        field("Metadata", Type.COMPLEX, filterable=False, sortable=False),
    )
)
_RECORD_TYPE = (
    _name(80),
    text("DeveloperName", 80, required=True),
    text("NamespacePrefix", 15, "Namespace Prefix", always_readable=True),
    text("SobjectType", 255, required=True),
    flag("IsActive", "Active"),
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
    make_object("0PG", "PermissionSetGroup", "Permission Set Groups", _SET_GROUP),
    make_object("0PF", "PermissionSetGroupComponent", "Permission Set Group Components", _SET_GROUP_COMPONENT),
    make_object("110", "ObjectPermissions", "Object Permissions", _OBJECT_PERMISSIONS),
    make_object("01k", "FieldPermissions", "Field Permissions", _FIELD_PERMISSIONS),
    make_object("0J0", "SetupEntityAccess", "Setup Entity Access", _ENTITY_ACCESS),
    make_object("0CP", "CustomPermission", "Custom Permissions", _CUSTOM_PERMISSION),
    make_object("00G", "Group", "Groups", _GROUP),
    make_object("4ie", "EntityDefinition", "Entity Definitions", _ENTITY_DEFINITION),
    make_object("0IX", "FieldSet", "Field Sets", _FIELD_SET),
    make_object("012", "RecordType", "Record Types", _RECORD_TYPE),
)
