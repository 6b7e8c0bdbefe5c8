"""The stage: a PostgreSQL, a Salesforce-compatible org with our package and a team's records, and Plansync connected to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import text

from service.access import rights
from service.config import Credentials, Settings
from service.crm.client import Client
from service.demo.customers import Customer
from service.demo.definitions import Definitions
from service.demo.keys import make_key_pair
from service.demo.load import load
from service.demo.plans import drafts
from service.errors import PlansyncError
from service.localorg.clock import Clock
from service.localorg.http.app import create_app
from service.localorg.org import INTEGRATION, LocalOrg
from service.localorg.server import Server
from service.mapping.check import check_against
from service.mapping.model import MappingErrors
from service.store import orgs, schema
from service.store.database import embedded_server
from service.store.orgs import Org
from service.sync.context import Sync
from service.sync.fitness import described
from service.wiring import Services, build, login_document, open_client

NAME = "demo"
CLIENT_ID = "plansync-demo"
RECORDED, OPENING = timedelta(days=1), timedelta(minutes=30)
"""How long before now the team's records were made, and the story begins."""
TICK = timedelta(minutes=2)


class DemoRefused(PlansyncError):  # noqa: N818 - named for what it does
    """The demo does not start on data that are not its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Both sides, and who may act on them; `crm_ids` holds the CRM's id of each record by its key."""

    local_org: LocalOrg
    services: Services
    org: Org
    sync: Sync
    crm_ids: Mapping[str, str]

    def now(self) -> datetime:
        """Return the moment at which the story stands, on both sides."""
        return self.local_org.clock.now()

    def pass_time(self) -> None:
        """Let a little time go by, so that each side's clock is past what happened."""
        self.local_org.clock.advance(TICK)

    @contextmanager
    def signed_in_as(self, username: str) -> Iterator[Client]:
        """Open the org as one of its users, who works there without Plansync."""
        document = {**self.services.seal.open(self.org.login), "username": username}
        client = open_client(document, renew=lambda _: None)
        with closing(client.session):
            yield client


@contextmanager
def stage(
    settings: Settings, customers: tuple[Customer, ...], definitions: Definitions, *, now: datetime
) -> Iterator[Stage]:
    """Start everything in the settings' data folder; the embedded PostgreSQL and the org end with the block."""
    settings.data.mkdir(parents=True, exist_ok=True)
    local_org = LocalOrg.install(settings.package, clock=Clock(now - RECORDED))
    crm_ids = load(local_org, definitions, drafts(customers, definitions))
    local_org.clock.set(now - OPENING)
    app = create_app(local_org)
    with ExitStack() as stack:
        server = stack.enter_context(Server(app, tls=settings.data / "localorg"))
        key_file = settings.data / "integration.key"
        app.api.clients.register(CLIENT_ID, certificate_pem=make_key_pair(key_file, now=now))
        credentials = Credentials(
            instance_url=server.url,
            client_id=CLIENT_ID,
            username=INTEGRATION,
            private_key_file=key_file,
            ca_file=server.ca_file,
        )
        services = stack.enter_context(_services(replace(settings, database_url=None, crm=credentials), local_org))
        org = _connect(services)
        sync = services.sync(org)
        stack.enter_context(closing(sync.client.session))
        _check_mappings(sync)
        # As the hourly job does: how objects are shared is known before anybody asks for a record.
        rights.refresh(sync, now=services.clock())
        yield Stage(local_org=local_org, services=services, org=org, sync=sync, crm_ids=crm_ids)


@contextmanager
def _services(settings: Settings, local_org: LocalOrg) -> Iterator[Services]:
    """Build the services on an empty store; both sides go by the org's clock."""
    services = replace(build(settings), clock=local_org.clock.now)
    try:
        _empty(services)
        schema.upgrade(services.engine)
        yield services
    finally:
        services.engine.dispose()
        embedded_server(settings.data / "postgres").cleanup()


def _empty(services: Services) -> None:
    """Drop what an earlier demo left; its org is gone with its process."""
    if schema.current(services.engine) is None:
        return
    others = [org.name for org in orgs.every(services.engine) if org.name != NAME]
    if others:
        raise DemoRefused(
            f"{services.settings.data} holds the org {others[0]}, which the demo would wipe out; give it another --data"
        )
    with services.engine.begin() as connection:
        connection.execute(text("DROP OWNED BY CURRENT_USER"))


def _connect(services: Services) -> Org:
    """Sign in as `plansync connect` does and keep the login sealed."""
    document = login_document(services.settings)
    client = open_client(document, renew=lambda _: None)
    with closing(client.session):
        identity = client.identity()
    return orgs.save(
        services.engine,
        Org(
            id=services.new_id(),
            name=NAME,
            instance_url=document["instance_url"],
            crm_org_id=identity.org_id,
            namespace=None,
            time_zone=identity.time_zone or "UTC",
            login=services.seal.seal(document),
        ),
    )


def _check_mappings(sync: Sync) -> None:
    """Refuse to begin where the mappings do not fit the org."""
    problems = check_against(sync.mappings, described(sync))
    if problems:
        raise MappingErrors(problems)
