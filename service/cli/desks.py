"""The desk of a command: who acts, and on which org."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from service.access.acting import acting
from service.cli.opening import opened, signed_in
from service.config import Settings
from service.domain.permissions import Right, User
from service.plans.desk import Desk
from service.store import orgs

OPERATOR = User(crm_id="", name="the command line", rights=frozenset(Right))
"""Who only reads: whoever runs commands can read the database anyway."""

as_option = click.option(
    "--as",
    "username",
    metavar="USERNAME",
    required=True,
    help="The CRM user who acts, with the rights that Plansync knows of that user.",
)


@contextmanager
def at_desk(settings: Settings, org_name: str | None, username: str | None = None) -> Iterator[Desk]:
    """Open both sides of an org for a user of the CRM, or for somebody who only reads."""
    with opened(settings) as services:
        org = orgs.named(services.engine, org_name)
        with signed_in(services, org) as sides:
            now = services.clock()
            user = OPERATOR if username is None else acting(sides, username, now=now)
            yield Desk(org=sides, user=user, now=now, zone=org.time_zone, operator=username is None)
