"""The office of a run of the rules: both sides of its org in step, and a manager at a desk."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select

from service.access import rights
from service.domain.permissions import Right, User
from service.mirror.links import our_ids
from service.plans.desk import Desk
from service.plans.field_security import closed
from service.store.database import among
from service.store.records import RECORDS
from service.sync.context import Sync
from tests.bench.place import Site, open_org
from tests.bench.rules_org import MANAGER
from tests.bench.sides import cycle, open_sync
from tests.bench.size import RulesSize

RIGHTS = frozenset({Right.CUSTOMER_SUCCESS, Right.FROM_TEMPLATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An org whose records are all here, and what is measured in it."""

    site: Site
    size: RulesSize
    sync: Sync
    user: User

    def desk(self) -> Desk:
        """Return the manager's desk at the org's time."""
        return Desk(org=self.sync, user=self.user, now=self.site.now(), zone="UTC")

    def named(self, noun: str, name: str) -> UUID:
        """Return our id of the record with a name."""
        columns = RECORDS[noun].c
        with self.sync.transaction() as connection:
            return connection.execute(select(columns.id).where(columns.name == name)).scalar_one()

    def below(self, noun: str, column: str, parents: Collection[UUID]) -> list[UUID]:
        """Return our ids of the records that point at parents."""
        columns = RECORDS[noun].c
        with self.sync.transaction() as connection:
            query = select(columns.id).where(among(columns[column], parents)).order_by(columns.id)
            return list(connection.execute(query).scalars())

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return how many records of each object the store has, and how many the org."""
        there = self.site.state()["counts"]
        with self.sync.transaction() as connection:
            return {
                mapping.name: (
                    connection.execute(select(func.count()).select_from(RECORDS[mapping.table])).scalar_one(),
                    there.get(mapping.sobject, 0),
                )
                for mapping in self.sync.mappings
            }


@contextmanager
def open_office(database_url: str, size: RulesSize) -> Iterator[Office]:
    """Start an org of a size, bring both sides into step, and stop it at the end."""
    with open_org("tests.bench.rules_org", asdict(size)) as told:
        site = Site(org_id=str(uuid4()), database_url=database_url, **told)
        sync = open_sync(site)
        with closing(sync.client.session):
            cycle(site, sync)
            # As the hourly job has done before anybody asks: how objects are shared is known.
            rights.refresh(sync, now=site.now())
            office = Office(site=site, size=size, sync=sync, user=_manager(site, sync))
            # As the manager's first look within the hour has done: which fields are closed to them is known, too.
            for mapping in sync.mappings:
                closed(office.desk(), mapping.name)
            yield office


def _manager(site: Site, sync: Sync) -> User:
    users: list[dict[str, Any]] = site.state()["users"]
    [crm_id] = [user["id"] for user in users if user["username"] == MANAGER]
    with sync.transaction() as connection:
        our_id = our_ids(connection, [crm_id])[crm_id]
    return User(crm_id=crm_id, id=our_id, name="Bench Manager", rights=RIGHTS)
