"""Field-level security of the acting user: the org says it, at most once an hour, and the store remembers it.

Our integration user may read and set every field, so the org would keep nothing from anybody who comes through us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from service.crm.answers import Record
from service.crm.errors import LimitReached, Retryable, SignInNeeded, Unreachable
from service.plans import window_sources
from service.plans.desk import Desk
from service.plans.refusals import Denied
from service.plans.window_sources import Security
from service.store import field_security
from service.store.field_security import Closed

KNOWN_FOR = timedelta(hours=1)
"""How long the org is not asked again."""


def closed(desk: Desk, noun: str) -> Closed:
    """Return which columns are closed to the acting user.

    Where the org does not answer, what it said last counts for another hour; the error is raised where it said nothing.
    """
    if desk.operator:
        return Closed(asked_at=desk.now, shown=True)
    with desk.org.writing(by=desk.by) as connection:
        known = field_security.of_user(connection, desk.user.crm_id, noun)
    # A request that was kept works at its own, earlier moment.
    if known and abs(desk.now - known.asked_at) <= KNOWN_FOR:
        return known
    try:
        return look(desk, noun)[1]
    except (LimitReached, Retryable, SignInNeeded, Unreachable):
        if known is None:
            raise
        return _kept(desk, noun, replace(known, asked_at=desk.now))


def look(desk: Desk, noun: str) -> tuple[Record, Closed]:
    """Ask the org now: how it describes an object, and which columns of it are closed to the acting user."""
    mapping = desk.org.mappings[noun]
    described, security = window_sources.look(desk.org, mapping, desk.user.crm_id)
    if security is None:
        return described, _kept(desk, noun, Closed(asked_at=desk.now, shown=False))
    fields = {field["name"]: field for field in described["fields"]}
    guarded = [each for each in mapping.fields if each.crm in fields and fields[each.crm]["permissionable"]]
    found = Closed(
        asked_at=desk.now,
        shown=True,
        hidden=frozenset(each.column for each in guarded if each.crm not in security),
        locked=frozenset(each.column for each in guarded if not _is_open(fields[each.crm], security)),
    )
    return described, _kept(desk, noun, found)


def demand(desk: Desk, noun: str, *columns: str) -> None:
    """Refuse what tells columns that the acting user may not read."""
    hidden = closed(desk, noun).hidden
    for column in columns:
        if column in hidden:
            way = "ask an administrator for access to it"
            raise Denied(f"The org's field-level security hides {column} from you; {way}")


def _is_open(described: Mapping[str, Any], security: Security) -> bool:
    return security.get(described["name"], False) and bool(described["createable"] or described["updateable"])


def _kept(desk: Desk, noun: str, found: Closed) -> Closed:
    with desk.org.writing(by=desk.by) as connection:
        field_security.keep(connection, desk.org.org_id, desk.user.crm_id, noun, found)
    return found
