"""The composition root: settings in, frozen services out."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from service.config import Settings
from service.crm.client import Client
from service.crm.login import AccessToken, ClientCredentials, JwtBearer, Login, RefreshToken
from service.crm.session import FOR_PEOPLE, OUR_BUDGET, SessionSettings
from service.errors import PlansyncError
from service.mapping.load import load
from service.mapping.model import Mappings
from service.store import orgs
from service.store.database import open_engine, start_embedded
from service.store.orgs import Org
from service.store.sealing import Seal, keys_of
from service.sync.context import Sync
from service.sync.doctor_store import Patient


class ConnectionIncomplete(PlansyncError):  # noqa: N818 - named for what is missing
    """A login lacks something it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything the doors (command line, console, jobs) need."""

    settings: Settings
    engine: Engine
    seal: Seal
    clock: Callable[[], datetime]
    new_id: Callable[[], UUID]

    def mappings(self, namespace: str | None) -> Mappings:
        """Return the shipped mappings with the overlay, named as the org names them."""
        return load(self.settings.mappings, namespace=namespace, overlay=self.settings.overlay)

    def client(self, org: Org, *, budget: float = OUR_BUDGET) -> Client:
        """Return a client that signs in to an org with its sealed login."""
        document = self.seal.open(org.login)

        def renew(token: str) -> None:
            orgs.renew_login(self.engine, org.id, self.seal.seal({**document, "refresh_token": token}))

        return open_client(document, renew=renew, budget=budget)

    def sync(self, org: Org, *, budget: float = OUR_BUDGET) -> Sync:
        """Return what a sync of an org works with; `budget` is the part of the org's API calls at which it stops."""
        return Sync(
            org_id=org.id,
            engine=self.engine,
            client=self.client(org, budget=budget),
            mappings=self.mappings(org.namespace),
            new_id=self.new_id,
        )

    def at_hand(self, org: Org) -> Sync:
        """Return what somebody works with who waits for the answer."""
        return self.sync(org, budget=FOR_PEOPLE)

    def patient(self, org_name: str | None) -> Patient:
        """Return what the doctor examines."""
        return Patient(engine=self.engine, seal=self.seal, org_name=org_name, open=self.sync, clock=self.clock)


def build(settings: Settings) -> Services:
    """Join the parts as the settings say."""
    url = settings.database_url or start_embedded(settings.data)
    return Services(
        settings=settings,
        engine=open_engine(url),
        seal=Seal(list(settings.secret_keys) or keys_of(settings.data)),
        clock=lambda: datetime.now(UTC),
        new_id=uuid.uuid4,
    )


def login_document(settings: Settings) -> dict[str, Any]:
    """Return the login that the environment describes, as it is sealed and stored."""
    crm = settings.crm
    if not crm.instance_url:
        raise ConnectionIncomplete("SALESFORCE_INSTANCE_URL is not set; give the org's My Domain URL")
    document: dict[str, Any] = {
        "instance_url": crm.instance_url.rstrip("/"),
        "client_id": crm.client_id,
        "ca_file": str(crm.ca_file.resolve()) if crm.ca_file else None,
    }
    if crm.private_key_file and crm.username and crm.client_id:
        try:
            key = crm.private_key_file.read_text()
        except OSError as error:
            raise ConnectionIncomplete(
                f"{crm.private_key_file} cannot be read ({error.strerror}); "
                f"name the private key in SALESFORCE_PRIVATE_KEY_FILE"
            ) from error
        return {**document, "kind": "jwt", "username": crm.username, "private_key": key}
    if crm.refresh_token and crm.client_id:
        return {**document, "kind": "refresh", "refresh_token": crm.refresh_token, "secret": crm.client_secret}
    if crm.client_secret and crm.client_id:
        return {**document, "kind": "client_credentials", "secret": crm.client_secret}
    if crm.access_token:
        return {**document, "kind": "token", "token": crm.access_token}
    raise ConnectionIncomplete(
        "The environment names no complete login: set SALESFORCE_CLIENT_ID with SALESFORCE_USERNAME and "
        "SALESFORCE_PRIVATE_KEY_FILE (JWT), or with SALESFORCE_CLIENT_SECRET (client credentials), or with "
        "SALESFORCE_REFRESH_TOKEN; or SALESFORCE_ACCESS_TOKEN alone"
    )


def open_client(
    document: dict[str, Any], *, renew: Callable[[str], None], attempts: int = 4, budget: float = OUR_BUDGET
) -> Client:
    """Return a client for a login document; a person who waits for the answer wants one attempt."""
    ca_file = Path(document["ca_file"]) if document.get("ca_file") else None
    if ca_file and not ca_file.is_file():
        raise ConnectionIncomplete(f"The CA file {ca_file} is not there; put it back, or connect with another one")
    return Client(_login(document, renew), settings=SessionSettings(ca_file=ca_file, attempts=attempts, budget=budget))


def _login(document: dict[str, Any], renew: Callable[[str], None]) -> Login:
    my_domain, client_id = document["instance_url"], document.get("client_id") or ""
    match document["kind"]:
        case "jwt":
            return JwtBearer(
                my_domain=my_domain,
                client_id=client_id,
                username=document["username"],
                private_key=document["private_key"],
            )
        case "refresh":
            return RefreshToken(
                my_domain=my_domain,
                client_id=client_id,
                refresh_token=document["refresh_token"],
                secret=document.get("secret"),
                on_rotation=renew,
            )
        case "client_credentials":
            return ClientCredentials(my_domain=my_domain, client_id=client_id, secret=document["secret"])
        case _:
            return AccessToken(token=document["token"], instance_url=my_domain)
