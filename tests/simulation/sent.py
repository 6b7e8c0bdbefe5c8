"""What left for the CRM: the rows of every write, taken from the calls themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.mapping.model import Mappings, ObjectMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One row on its way: whose it is (a CRM id, or our key when it is to be created), its values, what it points at."""

    mapping: ObjectMapping
    identity: str
    created: bool
    values: Mapping[str, Any]
    """By column, as they are on the wire; references by id or by key."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """References by CRM id: the noun they point at."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """References by key of ours: the noun they point at."""


def rows_in(mappings: Mappings, call: Mapping[str, Any]) -> Iterator[Sent]:
    """Yield the rows that a composite call writes, in order."""
    for part in call.get("compositeRequest", ()):
        path = part["url"].partition("/sobjects/")[2].partition("?")[0].split("/")
        if part["method"] == "PATCH" and "/composite/sobjects" in part["url"]:
            for row in part["body"]["records"]:
                yield _sent(_mapping(mappings, row["attributes"]["type"]), row, row.get("id"))
        elif part["method"] == "PATCH":
            yield _sent(_mapping(mappings, path[0]), part["body"], path[-1])


def _mapping(mappings: Mappings, sobject: str) -> ObjectMapping:
    return next(mapping for mapping in mappings if mapping.sobject == sobject)


def _sent(mapping: ObjectMapping, row: Mapping[str, Any], crm_id: str | None) -> Sent:
    values: dict[str, Any] = {}
    ids: dict[str, str] = {}
    keys: dict[str, str] = {}
    for mapped in mapping.fields:
        relation = f"{mapped.crm[:-3]}__r" if mapped.crm.endswith("__c") else mapped.crm.removesuffix("Id")
        if mapped.crm in row:
            values[mapped.column] = row[mapped.crm]
            if mapped.refers_to and row[mapped.crm]:
                ids[row[mapped.crm]] = mapped.refers_to
        elif mapped.refers_to and relation in row:
            (key,) = row[relation].values()
            values[mapped.column] = key
            keys[key] = mapped.refers_to
    identity = crm_id or row[mapping.key or ""]
    return Sent(mapping=mapping, identity=identity, created=crm_id is None, values=values, ids=ids, keys=keys)
