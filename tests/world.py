"""Both sides in one process: a local org with our package, a database, and the sync between them."""

from __future__ import annotations

import random
import shutil
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select

from service.config import ROOT
from service.crm.client import Client
from service.crm.login import AccessToken
from service.domain.values import Row
from service.localorg.clock import Clock
from service.localorg.http.app import App, create_app
from service.localorg.org import INTEGRATION, LocalOrg
from service.mapping.load import load
from service.mapping.model import Mappings
from service.mirror import ours
from service.store.database import transaction
from service.store.ledger import decisions, links, parked
from service.store.records import RECORDS
from service.sync.context import Sync
from service.sync.cycle import Full, run_cycle
from service.sync.run import Report
from tests.wsgi_transport import WsgiAdapter

URL = "https://org.test"
START = datetime(2026, 3, 2, 9, 30, 20, tzinfo=UTC)
INTEGRATION_SETS = ("Plansync_Integration", "Plansync_Standard_Objects")


def installed(package: Path = ROOT / "sfdx", *, namespace: str | None = None) -> LocalOrg:
    """Install the package once; tests work on clones."""
    org = LocalOrg.install(package, namespace=namespace, clock=Clock(START))
    for name in INTEGRATION_SETS:
        org.assign(org.user_id(INTEGRATION), name)
    return org


def with_record_types(folder: Path) -> LocalOrg:
    """Install our package, with two record types of objectives, each with a layout of its own."""
    shutil.copytree(ROOT / "sfdx" / "force-app", folder / "force-app")
    shutil.copy(ROOT / "sfdx" / "sfdx-project.json", folder)
    types = ROOT / "tests" / "fixtures" / "record_types" / "force-app"
    shutil.copytree(types, folder / "force-app", dirs_exist_ok=True)
    return installed(folder)


@lru_cache
def shipped(namespace: str | None = None) -> Mappings:
    """Return the shipped mappings, read once."""
    return load(ROOT / "mappings", namespace=namespace)


@dataclass
class World:
    """One org on each side; `seed` makes every id and choice repeatable."""

    org: LocalOrg
    engine: Engine
    namespace: str | None = None
    seed: int = 0
    mappings: Mappings | None = None
    org_id: UUID = field(default_factory=uuid.uuid4)

    def __post_init__(self) -> None:
        self.clock = Clock(START)
        self.org = self.org.clone(self.clock)
        self.app: App = create_app(self.org)
        self.random = random.Random(self.seed)
        self.mappings = self.mappings or shipped(self.namespace)
        self.admin = self.org.admin()
        self.waits: list[float] = []
        self.sync = self.new_sync()

    def new_sync(self) -> Sync:
        """Start the connector anew, as after a crash: only the database and the org remember."""
        token = self.app.api.sessions.open(self.org.user_id(INTEGRATION))
        login = AccessToken(token=token, instance_url=URL)
        client = Client(login, sleep=self.wait, monotonic=lambda: self.clock.now().timestamp())
        client.session.mount(URL, WsgiAdapter(self.app))
        return Sync(org_id=self.org_id, engine=self.engine, client=client, mappings=self.mappings, new_id=self.new_id)

    def wait(self, seconds: float) -> None:
        """Let the time pass that the connector waits."""
        self.waits.append(seconds)
        self.pass_time(seconds=seconds)

    def new_id(self) -> UUID:
        """Return a UUIDv4 of the seeded generator."""
        return UUID(int=self.random.getrandbits(128), version=4)

    # Time

    def pass_time(self, **by: float) -> None:
        """Move the org's clock and ours, which is the same."""
        self.clock.advance(timedelta(**by))

    def cycle(self, *, after: float = 61, full: Full | None = None, hurry: bool = True) -> Report:
        """Run a cycle a while later."""
        self.pass_time(seconds=after)
        return run_cycle(self.sync, now=self.clock.now(), clock=self.clock.now, full=full, hurry=hurry)

    def settle(self, cycles: int = 3) -> Report:
        """Run as many cycles as P1 grants."""
        return [self.cycle() for _ in range(cycles)][-1]

    # Their side

    def crm(self, noun: str) -> str:
        """Return the sObject of a noun."""
        assert self.mappings
        return self.mappings[noun].sobject

    def create_there(self, noun: str, **values: Any) -> str:
        """Create a record in the CRM, as its administrator; fields by API name."""
        return self.org.writer.create(self.admin, self.crm(noun), values)

    def edit_there(self, noun: str, crm_id: str, **values: Any) -> None:
        """Edit a record in the CRM."""
        self.org.writer.update(self.admin, self.crm(noun), crm_id, values)

    def delete_there(self, crm_id: str) -> None:
        """Delete a record in the CRM."""
        self.org.writer.delete(self.admin, crm_id)

    def there(self, noun: str, *, deleted: bool = False) -> dict[str, dict[str, Any]]:
        """Return the CRM's records of a noun by id, straight from its table."""
        cursor = self.org.storage.execute(f'SELECT * FROM "{self.crm(noun)}" ORDER BY "Id"')
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
        return {row["Id"]: row for row in rows if deleted or not row["IsDeleted"]}

    # Our side

    def transaction(self) -> Any:
        """Open a transaction of this org."""
        return transaction(self.engine, self.org_id)

    def create_here(self, noun: str, **values: Any) -> UUID:
        """Create a record in the store, as our API will; columns by name."""
        our_id = self.new_id()
        with self.transaction() as connection:
            connection.execute(self.table(noun).insert().values(org_id=self.org_id, id=our_id, **values))
        return our_id

    def edit_here(self, noun: str, our_id: UUID, **values: Any) -> None:
        """Edit a record in the store."""
        table = self.table(noun)
        with self.transaction() as connection:
            connection.execute(table.update().where(table.c.id == our_id).values(**values))

    def delete_here(self, noun: str, *ids: UUID) -> None:
        """Delete records in the store."""
        assert self.mappings
        with self.transaction() as connection:
            ours.delete_rows(connection, self.mappings, noun, ids)

    def here(self, noun: str) -> dict[UUID, Row]:
        """Return our records of a noun by id, in canonical values."""
        assert self.mappings
        table = self.table(noun)
        with self.transaction() as connection:
            ids = connection.execute(select(table.c.id)).scalars().all()
            return ours.read_rows(connection, self.mappings[noun], ids)

    def table(self, noun: str) -> Any:
        """Return the store's table of a noun."""
        assert self.mappings
        return RECORDS[self.mappings[noun].table]

    # The ledger

    def our_id(self, crm_id: str) -> UUID:
        """Return our id of a CRM record."""
        return self._one(select(links.c.id).where(links.c.crm_id == crm_id))

    def crm_id(self, our_id: UUID) -> str | None:
        """Return the CRM id of a record of ours."""
        return self._one(select(links.c.crm_id).where(links.c.id == our_id))

    def parked(self) -> list[Mapping[str, Any]]:
        """Return what waits."""
        return self._all(select(parked).order_by(parked.c.object, parked.c.link_id, parked.c.field))

    def decisions(self) -> list[Mapping[str, Any]]:
        """Return the decision log."""
        return self._all(select(decisions).order_by(decisions.c.id))

    def _one(self, query: Any) -> Any:
        with self.transaction() as connection:
            return connection.execute(query).scalar_one()

    def _all(self, query: Any) -> list[Mapping[str, Any]]:
        with self.transaction() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


Build = Callable[..., World]
