"""The desk of a page: an admin reads everything, and acts as a user of the CRM whom the admin names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from flask import abort

from service.access.acting import acting
from service.domain.permissions import Right, User
from service.pages.gate import admin
from service.pages.here import here
from service.plans.desk import Desk
from service.plans.refusals import Missing
from service.plans.template_finding import Named, find_template


@contextmanager
def reading() -> Iterator[Desk]:
    """Open a desk for looking at things."""
    with here().sync() as sides:
        yield Desk(org=sides, user=_reader(), now=here().now, zone=here().org.time_zone, operator=True)


@contextmanager
def acting_as(username: str) -> Iterator[Desk]:
    """Open a desk for a user of the CRM, with the rights that are known of that user; Unanswerable if nobody is."""
    with here().sync() as sides:
        user = acting(sides, username, now=here().now)
        yield Desk(org=sides, user=user, now=here().now, zone=here().org.time_zone)


def found_template(desk: Desk, template_id: UUID) -> Named:
    """Return a template by its id, or answer that there is none."""
    try:
        return find_template(desk, str(template_id))
    except Missing:
        abort(404, "No template of that id is here (any more).")


def _reader() -> User:
    # An admin of the console sees every record there anyway.
    return User(crm_id="", name=admin().email, rights=frozenset(Right))
