"""What an org has, as far as a mapping must know it: objects, fields, and what may be done with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

HTML = "html"
"""The type of a rich text area; a describe calls it a textarea that is HTML formatted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedField:
    """One field of an object in the org; `type` is in the words of a describe."""

    name: str
    type: str
    length: int = 0
    scale: int = 0
    createable: bool = True
    updateable: bool = True
    filterable: bool = True
    external_id: bool = False
    unique: bool = False
    required: bool = False
    calculated: bool = False
    reference_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedObject:
    """One object of the org and what the user who asked may do with it."""

    name: str
    fields: Mapping[str, DescribedField]
    createable: bool = True
    updateable: bool = True
    deletable: bool = True


DescribedSchema = Mapping[str, DescribedObject]
"""The objects of an org by API name."""


def described_from_describe(describes: Iterable[Mapping[str, Any]]) -> DescribedSchema:
    """Return what the org's sObject describes say, as JSON came in."""
    return {describe["name"]: _object(describe) for describe in describes}


def _object(describe: Mapping[str, Any]) -> DescribedObject:
    return DescribedObject(
        name=describe["name"],
        fields={field["name"]: _field(field) for field in describe["fields"]},
        createable=describe["createable"],
        updateable=describe["updateable"],
        deletable=describe["deletable"],
    )


def _field(field: Mapping[str, Any]) -> DescribedField:
    is_html = field["type"] == "textarea" and bool(field.get("htmlFormatted"))
    return DescribedField(
        name=field["name"],
        type=HTML if is_html else field["type"],
        length=field["length"],
        scale=field["scale"],
        createable=field["createable"],
        updateable=field["updateable"],
        filterable=field["filterable"],
        external_id=field["externalId"],
        unique=field["unique"],
        required=field["createable"] and not field["nillable"] and not field["defaultedOnCreate"],
        calculated=field["calculated"],
        reference_to=tuple(field["referenceTo"]),
    )
