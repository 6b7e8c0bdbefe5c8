"""One org: installed from a package, cloned, and its users."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import RLock
from typing import Any

from service.localorg.automation.run import Automations
from service.localorg.clock import Clock
from service.localorg.errors import Refusal
from service.localorg.faults.model import Faults
from service.localorg.faults.rows import RowFaults
from service.localorg.records.access import Access, Actor
from service.localorg.records.locks import Locks
from service.localorg.records.migration import migrate
from service.localorg.records.parts import Parts
from service.localorg.records.reading import Reader
from service.localorg.records.storage import Storage
from service.localorg.records.triggers import Trigger
from service.localorg.records.writing import Writer
from service.localorg.schema.components import Component, read_components
from service.localorg.schema.model import Schema
from service.localorg.schema.profiles import API_ONLY, STANDARD_USER, build_profiles
from service.localorg.schema.reader import make_schema
from service.localorg.setup import follow_schema, set_up
from service.localorg.transactions import Transactions

ADMIN = "admin@example.com"
INTEGRATION = "integration@example.com"


class LocalOrg:
    """A Salesforce-compatible org in one process; hold `lock` to do several things undisturbed."""

    def __init__(
        self, schema: Schema, components: Iterable[Component], storage: Storage, *, clock: Clock, seed: int = 0
    ) -> None:
        self.components = {component.key: component for component in components}
        self.storage, self.clock = storage, clock
        self.lock: RLock = storage.lock
        self._seed = seed
        self.schema_changed_at = clock.now()
        self.faults, self.locks = Faults(), Locks()
        self.automation = Automations(lambda: self._parts)
        self.transactions = Transactions(lambda: self._parts, self.locks)
        self._triggers: list[Trigger] = [RowFaults(self.faults), self.locks, self.automation]
        self._use(schema)

    def _use(self, schema: Schema) -> None:
        self.schema = schema
        self.access = Access(schema, self.storage, build_profiles(schema), self.clock)
        self.reader = Reader(schema, self.storage, self.access, self.clock)
        self._parts = Parts(schema, self.storage, self.access, self.reader, self.clock, self._seed, self._triggers)
        self.writer = Writer(self._parts)

    @classmethod
    def install(
        cls,
        package: Path | None,
        *,
        namespace: str | None = None,
        database: str = ":memory:",
        clock: Clock | None = None,
        seed: int = 0,
    ) -> LocalOrg:
        """Make an org with the standard objects and a package's, and its first two users."""
        components = read_components(package) if package else []
        schema = make_schema(components, namespace=namespace)
        storage = Storage(database)
        storage.create_tables(schema)
        org = cls(schema, components, storage, clock=clock or Clock(), seed=seed)
        with org.transaction():
            if set_up(org._parts, ADMIN):
                org.add_user(INTEGRATION, name="Integration User", profile=API_ONLY)
            else:
                follow_schema(org._parts, ADMIN)
        return org

    @property
    def org_id(self) -> str:
        """Return the organization's id."""
        return str(self.storage.execute('SELECT "Id" FROM "Organization"').fetchone()[0])

    def clone(self, clock: Clock) -> LocalOrg:
        """Copy the org with all its records into memory; ids go on from the same numbers."""
        return LocalOrg(self.schema, self.components.values(), self.storage.clone(), clock=clock, seed=self._seed)

    def adopt(self, schema: Schema, components: Iterable[Component]) -> None:
        """Take a new schema and what it was made of; records, setup and rules of access follow."""
        before, columns = self.schema, dict(self.storage.columns)
        try:
            with self.transaction():
                migrate(self.storage, before, schema)
                self._use(schema)
                follow_schema(self._parts, ADMIN)
        except BaseException:
            self.storage.columns = columns
            self._use(before)
            raise
        self.components = {component.key: component for component in components}
        # Last-Modified counts in seconds: a change within the same second must not look like none.
        self.schema_changed_at = max(self.clock.now(), self.schema_changed_at + timedelta(seconds=1))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all writes of the block or none of them."""
        try:
            with self.storage.transaction():
                yield
        except BaseException:
            self.access.forget()
            raise

    def actor(self, user_id: str) -> Actor:
        """Return an active user as an actor."""
        row = self.storage.row("User", user_id)
        if row is None or not row["IsActive"]:
            raise Refusal("INVALID_LOGIN", f"no active user {user_id}")
        return Actor(row["Id"], row["TimeZoneSidKey"])

    def admin(self) -> Actor:
        """Return the administrator that every org has."""
        return self.actor(self.user_id(ADMIN))

    def user_id(self, username: str) -> str:
        """Return the id of the user with a username."""
        found = self.storage.execute('SELECT "Id" FROM "User" WHERE "Username" = ?', (username,)).fetchone()
        if found is None:
            raise KeyError(username)
        return str(found[0])

    def add_user(
        self,
        username: str,
        *,
        name: str,
        profile: str = STANDARD_USER,
        permission_sets: Iterable[str] = (),
        role: str | None = None,
        time_zone: str = "UTC",
    ) -> str:
        """Add a user with a profile, permission sets (by name or label) and a role's id; return the user's id."""
        first, _, last = name.rpartition(" ")
        with self.transaction():
            user_id = self.writer.create(
                self.admin(),
                "User",
                {
                    "Username": username,
                    "Email": username,
                    "FirstName": first,
                    "LastName": last,
                    "Alias": username[:8],
                    "IsActive": True,
                    "ProfileId": self._named("Profile", profile),
                    "UserRoleId": role,
                    "TimeZoneSidKey": time_zone,
                },
            )
            for permission_set in permission_sets:
                self.assign(user_id, permission_set)
        return user_id

    def assign(self, user_id: str, permission_set: str) -> str:
        """Assign a permission set, by name or label, to a user; return the assignment's id."""
        values = {"AssigneeId": user_id, "PermissionSetId": self._named("PermissionSet", permission_set)}
        return self.writer.create(self.admin(), "PermissionSetAssignment", values)

    def insert_many(self, actor: Actor, sobject: str, rows: Iterable[Mapping[str, Any]]) -> list[str]:
        """Add many records in one transaction and return their ids in order."""
        return self.writer.insert_many(actor, sobject, rows)

    def _named(self, table: str, name: str) -> str:
        column = "Label" if table == "PermissionSet" else "Name"
        found = self.storage.execute(
            f'SELECT "Id" FROM "{table}" WHERE ? IN ("Name", "{column}")',  # noqa: S608 - two constants
            (name,),
        ).fetchone()
        if found is None:
            raise KeyError(f"{table} {name}")
        return str(found[0])
