"""The standard fields that our mappings may meet: source format does not list them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from service.mapping.described import DescribedField

EVERYWHERE: tuple[DescribedField, ...] = (
    DescribedField(name="Id", type="id", length=18, createable=False, updateable=False),
    DescribedField(name="CreatedDate", type="datetime", createable=False, updateable=False),
    DescribedField(name="CreatedById", type="reference", createable=False, updateable=False, reference_to=("User",)),
    DescribedField(name="LastModifiedDate", type="datetime", createable=False, updateable=False),
    DescribedField(
        name="LastModifiedById", type="reference", createable=False, updateable=False, reference_to=("User",)
    ),
    DescribedField(name="SystemModstamp", type="datetime", createable=False, updateable=False),
)
"""The fields of every object."""

OWNER = DescribedField(name="OwnerId", type="reference", reference_to=("Group", "User"))
"""The owner of a custom object's record: a user or a queue."""

_USER_OWNER = DescribedField(name="OwnerId", type="reference", reference_to=("User",))

STANDARD: Mapping[str, tuple[DescribedField, ...]] = MappingProxyType(
    {
        "Account": (
            DescribedField(name="Name", type="string", length=255, required=True),
            DescribedField(name="Industry", type="picklist", length=255),
            DescribedField(name="Type", type="picklist", length=255),
            DescribedField(name="Website", type="url", length=255),
            DescribedField(name="Phone", type="phone", length=40),
            DescribedField(name="AnnualRevenue", type="currency"),
            DescribedField(name="NumberOfEmployees", type="int"),
            DescribedField(name="ParentId", type="reference", reference_to=("Account",)),
            _USER_OWNER,
        ),
        "Contact": (
            DescribedField(name="Name", type="string", length=121, createable=False, updateable=False),
            DescribedField(name="FirstName", type="string", length=40),
            DescribedField(name="LastName", type="string", length=80, required=True),
            DescribedField(name="Title", type="string", length=128),
            DescribedField(name="Email", type="email", length=80),
            DescribedField(name="Phone", type="phone", length=40),
            DescribedField(name="AccountId", type="reference", reference_to=("Account",)),
            _USER_OWNER,
        ),
        "User": (
            DescribedField(name="Name", type="string", length=121, createable=False, updateable=False),
            DescribedField(name="FirstName", type="string", length=40),
            DescribedField(name="LastName", type="string", length=80, required=True),
            DescribedField(name="Username", type="string", length=80, required=True),
            DescribedField(name="Email", type="email", length=128, required=True),
            DescribedField(name="IsActive", type="boolean"),
            DescribedField(name="TimeZoneSidKey", type="picklist", length=40, required=True),
            DescribedField(name="ManagerId", type="reference", reference_to=("User",)),
        ),
    }
)
"""The standard objects and their fields."""
