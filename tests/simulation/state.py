"""Where a run ended: both sides in canonical values, the links between them, and what waits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from service.domain.values import Kind, Row
from service.mapping.model import ObjectMapping
from service.mapping.wire import canonical_row
from service.store.ledger import links
from tests.world import World


class State:
    """Both sides, the links between them, and what waits."""

    def __init__(self, world: World) -> None:
        self.world = world
        with world.transaction() as connection:
            self.links = connection.execute(select(links)).mappings().all()
        self.by_crm: dict[str, Any] = {link["crm_id"]: link for link in self.links if link["crm_id"]}
        self.by_id = {link["id"]: link for link in self.links}
        self.parked = world.parked()
        self.waiting = {item["link_id"] for item in self.parked if not item["field"]}
        self.asked = {(item["link_id"], item["field"]) for item in self.parked if item["field"]}
        self.decisions = world.decisions()
        assert world.mappings
        self.here = {mapping.name: world.here(mapping.name) for mapping in world.mappings}
        self.there = {mapping.name: self._theirs(mapping) for mapping in world.mappings}

    def _theirs(self, mapping: ObjectMapping) -> dict[str, Row]:
        rows = self.world.there(mapping.name)
        return {
            crm_id: self._ours(mapping, canonical_row(mapping, _wire(mapping, row))) for crm_id, row in rows.items()
        }

    def _ours(self, mapping: ObjectMapping, row: Row) -> Row:
        found = {}
        for field in mapping.references:
            link = self.by_crm.get(str(row.get(field.column)))
            found[field.column] = str(link["id"]) if link else row.get(field.column)
        return {**row, **found}


def _wire(mapping: ObjectMapping, row: dict[str, Any]) -> dict[str, Any]:
    """Return a stored row of the org as the API would show it."""
    shown = {field.crm: (row[field.crm], field.kind) for field in mapping.fields}
    return {crm: bool(value) if kind is Kind.BOOLEAN else value for crm, (value, kind) in shown.items()}
