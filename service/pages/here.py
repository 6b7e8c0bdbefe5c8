"""Where a request is: the org that its page is about, and the moment at which it is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, g, request
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound

from service.mapping.model import Mappings
from service.pages.gate import admin
from service.store import orgs, parked_list
from service.store.database import transaction
from service.store.orgs import Org
from service.sync.context import Sync
from service.sync.park import ASKED, Why
from service.wiring import Services

WAITING = tuple(why.value for why in Why if why.value not in ASKED)
"""The reasons for which something waits for a correction or another try, not for a decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """One org, as a page shows it."""

    services: Services
    org: Org
    now: datetime

    def transaction(self) -> AbstractContextManager[Connection]:
        """Open a transaction of the org, in the name of who is signed in."""
        return transaction(self.services.engine, self.org.id, by=admin().email)

    @contextmanager
    def sync(self) -> Iterator[Sync]:
        """Open both sides of the org; the CRM is asked only by who calls."""
        sync = self.services.at_hand(self.org)
        try:
            yield sync
        finally:
            sync.client.session.close()

    @property
    def mappings(self) -> Mappings:
        """Return the mappings as the org names things."""
        return self.services.mappings(self.org.namespace)

    @property
    def zone(self) -> str:
        """Return the zone in which moments are shown: the viewer's, or else the org's."""
        return admin().time_zone or self.org.time_zone


def here() -> Here:
    """Return where this request is."""
    return cast(Here, g.here)


def settle(pages: Blueprint, services: Services) -> None:
    """Let every page of a blueprint know its org from its address, and link to the other pages of the same org."""

    @pages.before_request
    def find() -> None:
        """Find the org; behind the gate, so that nobody else learns which there are."""
        org_id = cast(UUID, (request.view_args or {}).pop("org_id"))
        known = {org.id: org for org in orgs.every(services.engine)}
        if org_id not in known:
            raise NotFound("No org of that id is connected.")
        g.here = Here(services=services, org=known[org_id], now=services.clock())
        g.zone = g.here.zone

    @pages.url_defaults
    def stay(_endpoint: str, values: dict[str, Any]) -> None:
        if "here" in g:
            values.setdefault("org_id", here().org.id)

    @pages.context_processor
    def tell() -> dict[str, object]:
        if "here" not in g:
            return {}
        with here().transaction() as connection:
            waits = {name: parked_list.count(connection, kinds) for name, kinds in _KINDS.items()}
        return {"org": here().org, "zone": here().zone, "now": here().now, "waits": waits}


_KINDS = {"parked": WAITING, "conflicts": ASKED}
