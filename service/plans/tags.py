"""Tags as the org keeps them: asked for only when somebody sets some."""

from __future__ import annotations

from service.crm.requests import describe
from service.domain import tags
from service.domain.faults import Fault
from service.domain.values import Kind, Row
from service.mapping.model import ObjectMapping
from service.mirror.connected import Connected


def spelled(org: Connected, mapping: ObjectMapping, row: Row) -> tuple[Row, list[Fault]]:
    """Return the row with its tags as the org spells them, and a fault for each that it does not have (CO-29)."""
    chosen = [field for field in mapping.fields if field.kind is Kind.CHOICES and row.get(field.column)]
    if not chosen:
        return row, []
    described = {field["name"]: field for field in org.client.call(describe(mapping.sobject))["fields"]}
    found, faults = dict(row), []
    for field in chosen:
        known = [each["value"] for each in described[field.crm]["picklistValues"] if each["active"]]
        found[field.column], wrong = tags.spelled(field.column, row[field.column], known)
        faults += wrong
    return found, faults
