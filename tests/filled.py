"""A world that shows everything the console and the command line have to show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Engine, delete, insert, text

from service.access.admins import NewPassword
from service.access.passwords import hashed
from service.config import ROOT, Credentials, Settings
from service.crm.errors import LimitReached
from service.mapping.model import Mappings
from service.store import orgs
from service.store.admins import Admin, admins
from service.store.admins import add as add_admin
from service.store.ledger import orgs as orgs_table
from service.store.ledger import runs
from service.store.orgs import Org
from service.store.sealing import Seal, new_key
from service.store.sign_ins import sign_in_attempts
from service.wiring import Services
from tests.world import URL, World, shipped

HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>"
"""What a CRM user may put into any text."""
SEAL = Seal([new_key()])
PASSWORD = NewPassword(text="correct horse battery staple")
"""What every admin of the tests knows."""


def settings(data: Path, **others: object) -> Settings:
    """Return settings that read nothing of the environment."""
    known = {
        "database_url": None,
        "data": data,
        "secret_keys": (),
        "mappings": ROOT / "mappings",
        "package": ROOT / "sfdx",
        "overlay": None,
        "log_level": "warning",
        "log_json": False,
        "crm": Credentials(),
    }
    return Settings(**(known | others))


class Shipped(Services):
    """Services that read the shipped mappings once: an application makes its schemas of them at every start."""

    def mappings(self, namespace: str | None) -> Mappings:
        """Return the mappings as the settings say."""
        return super().mappings(namespace) if self.settings.overlay else shipped(namespace)


def services(world: World, data: Path, **others: object) -> Services:
    """Return services on the world's store and clock."""
    return Shipped(
        settings=settings(data, **others),
        engine=world.engine,
        seal=SEAL,
        clock=world.clock.now,
        new_id=uuid4,
    )


def connect(world: World, name: str = "default", *, time_zone: str = "Europe/Paris", url: str = URL) -> Org:
    """Connect the world's org as it stands, whoever had the name before."""
    with world.engine.begin() as connection:
        connection.execute(delete(orgs_table).where(orgs_table.c.name == name))
    org = Org(
        id=world.org_id,
        name=name,
        instance_url=url,
        crm_org_id=world.org.org_id,
        namespace=None,
        time_zone=time_zone,
        login=SEAL.seal({"kind": "token", "token": "wrong", "instance_url": url}),
    )
    return orgs.save(world.engine, org)


def forget_orgs(engine: Engine) -> None:
    """Disconnect every org, so that a test begins with none."""
    with engine.begin() as connection:
        connection.execute(delete(orgs_table))


def forget_admins(engine: Engine) -> None:
    """Let nobody in, and forget who tried."""
    with engine.begin() as connection:
        connection.execute(delete(admins))
        connection.execute(delete(sign_in_attempts))


def let_in(world: World) -> Admin:
    """Make an admin who knows the password."""
    now = world.clock.now()
    admin = Admin(id=uuid4(), email="ada@example.com", password=_hashed(), time_zone=None, created_at=now)
    with world.engine.begin() as connection:
        assert add_admin(connection, admin)
    return admin


@cache
def _hashed() -> str:
    # Once a run: it is meant to take its time.
    return hashed(PASSWORD.text)


def fill(world: World) -> dict[str, UUID]:
    """Give both sides records in every state, and runs with every outcome; return what was parked, by its reason."""
    account, objective = _grow(world)
    world.settle()
    _break_off(world)
    seats, lost = _kpi(world, objective, "Seats"), _kpi(world, objective, "Logins")
    world.settle()
    kpi = world.our_id(seats)
    world.edit_here("objective_kpi", kpi, target_value="30")
    world.edit_there("objective_kpi", seats, Target_Value__c=40)
    world.edit_here("objective_kpi", world.our_id(lost), description="Logins a week")
    world.delete_there(lost)
    long = world.create_here("objective", name=(HOSTILE * 3), account_id=account)
    world.settle()
    for number in range(2):
        world.create_here("objective", name=f"Not pushed yet {number}", account_id=account)
    return {"conflict": kpi, "deleted": world.our_id(lost), "refused": long}


@contextmanager
def running(world: World) -> Iterator[None]:
    """Leave a run without an end, its process alive while the block runs."""
    world.pass_time(seconds=90)
    with world.transaction() as connection:
        connection.execute(
            insert(runs).values(org_id=world.org_id, id=uuid4(), kind="cycle", started_at=world.clock.now())
        )
    world.pass_time(seconds=5)
    with world.engine.begin() as connection:
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:org, 0))")
        connection.execute(lock, {"org": str(world.org_id)})
        yield


def _grow(world: World) -> tuple[UUID, str]:
    for number in range(9):
        account = world.create_there("account", Name=f"{HOSTILE} {number}")
        plan = world.create_there("success_plan", Name=f"Grow {number}", Account__c=account)
        objective = world.create_there("objective", Name=f"Adopt {number}", Account__c=account, Success_Plan__c=plan)
    world.cycle()
    return world.our_id(account), objective


def _kpi(world: World, objective: str, description: str) -> str:
    return world.create_there("objective_kpi", Objective__c=objective, Description__c=description, Target_Value__c=25)


def _break_off(world: World) -> None:
    usage = world.app.api.usage
    allowed = usage.allowance
    usage.reset(allowance=1, used=1)
    try:
        world.cycle()
    except LimitReached:
        usage.reset(allowance=allowed)
    world.pass_time(hours=1)
