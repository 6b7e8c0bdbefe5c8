"""The connected orgs: who they are and how to sign in (sealed)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, select, update
from sqlalchemy.dialects.postgresql import insert

from service.errors import PlansyncError
from service.store.ledger import orgs
from service.store.sealing import Seal


class UnknownOrg(PlansyncError):  # noqa: N818 - named for what is wrong with the name
    """No org of that name is connected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Org:
    """One connected org; `login` is sealed."""

    id: UUID
    name: str
    instance_url: str
    crm_org_id: str | None
    namespace: str | None
    time_zone: str
    login: bytes


_COLUMNS = [orgs.c[name] for name in Org.__slots__]


def save(engine: Engine, org: Org) -> Org:
    """Connect an org, or connect it again under its name: its id stays."""
    values = {name: getattr(org, name) for name in Org.__slots__}
    statement = insert(orgs).values(values)
    kept = {name: statement.excluded[name] for name in values if name not in ("id", "name")}
    with engine.begin() as connection:
        row = connection.execute(
            statement.on_conflict_do_update(index_elements=["name"], set_=kept).returning(*_COLUMNS)
        ).one()
    return Org(**row._asdict())


def every(engine: Engine) -> list[Org]:
    """Return the connected orgs by name."""
    with engine.connect() as connection:
        return [Org(**row._asdict()) for row in connection.execute(select(*_COLUMNS).order_by(orgs.c.name))]


def of_id(engine: Engine, org_id: UUID) -> Org | None:
    """Return an org by its id; None when it is not connected any more."""
    with engine.connect() as connection:
        row = connection.execute(select(*_COLUMNS).where(orgs.c.id == org_id)).one_or_none()
    return None if row is None else Org(**row._asdict())


def of_crm_id(engine: Engine, crm_org_id: str) -> list[Org]:
    """Return the connections to one org of the CRM, by name; mostly it is one."""
    query = select(*_COLUMNS).where(orgs.c.crm_org_id == crm_org_id).order_by(orgs.c.name)
    with engine.connect() as connection:
        return [Org(**row._asdict()) for row in connection.execute(query)]


def named(engine: Engine, name: str | None) -> Org:
    """Return an org by its name; without one, the only org there is."""
    connected = every(engine)
    if not connected:
        raise UnknownOrg("No org is connected yet; connect one with `plansync connect`")
    found = [org for org in connected if name in (None, org.name)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(org.name for org in connected)
    if name is None:
        raise UnknownOrg(f"Several orgs are connected ({names}); say which one with --org")
    raise UnknownOrg(f"No org is called {name!r}; connected are {names}")


def renew_login(engine: Engine, org_id: UUID, login: bytes) -> None:
    """Keep a login that changed, such as a rotated refresh token."""
    with engine.begin() as connection:
        connection.execute(update(orgs).where(orgs.c.id == org_id).values(login=login))


def reseal_logins(engine: Engine, seal: Seal) -> int:
    """Seal with the newest key every login that an older one sealed, all or none; return how many."""
    with engine.begin() as connection:
        # Locked: a sync that keeps a rotated refresh token meanwhile waits, and its login is the one that stays.
        rows = connection.execute(select(orgs.c.id, orgs.c.login).order_by(orgs.c.id).with_for_update()).all()
        old = [row for row in rows if not seal.is_newest(row.login)]
        for row in old:
            login = seal.seal(seal.open(row.login))
            connection.execute(update(orgs).where(orgs.c.id == row.id).values(login=login))
    return len(old)
