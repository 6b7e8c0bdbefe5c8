"""The people of an org, as templates name them: by e-mail address, or by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from service.domain import resources
from service.domain.checks import shown
from service.domain.values import Row
from service.mirror import ours
from service.mirror.connected import Connected


@dataclass(frozen=True, slots=True)
class People:
    """The resources of an org by what they are called, in small letters, and what a file calls each of them."""

    called: Mapping[str, Sequence[tuple[UUID, Row]]]
    names: Mapping[str, str]

    def faults(self, name: str) -> list[str]:
        """Say why nobody can be given work under this name: nobody, several, not active, a PSA's (OB-34, OB-35)."""
        found = self.called.get(name.lower(), ())
        if not found:
            return [f"{shown(name)} is no resource of this org; create one, or name another"]
        if len(found) > 1:
            return [f"{shown(name)} are {len(found)} resources of this org; write the e-mail address of one"]
        return [fault.message for fault in resources.faults(found[0][1])]

    def one(self, name: str) -> tuple[UUID, Row]:
        """Return the id and the row of the one resource of that name."""
        [found] = self.called[name.lower()]
        return found

    def alike(self, name: str) -> str:
        """Return what an export calls the one resource of that name."""
        return self.names[str(self.one(name)[0])]


def people(org: Connected) -> People:
    """Return the resources of an org."""
    mapping = org.mappings["cs_resource"]
    with org.writing(by="") as connection:
        ids = connection.execute(select(ours.table(mapping).c.id)).scalars().all()
        return known_as(ours.read_rows(connection, mapping, ids))


def known_as(rows: Mapping[UUID, Row]) -> People:
    """Return these resources as they are called."""
    called: dict[str, list[tuple[UUID, Row]]] = {}
    names: dict[str, str] = {}
    for our_id, row in rows.items():
        # The address last: it names somebody wherever two have one name.
        for name in dict.fromkeys(str(row[column]) for column in ("name", "email") if row[column]):
            called.setdefault(name.lower(), []).append((our_id, row))
            names[str(our_id)] = name
    return People(called, names)


NOBODY = People({}, {})
"""The people of no org."""
