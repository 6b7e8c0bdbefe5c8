"""What making and changing records on both sides have in common: where they point, and booking what the CRM took."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection

from service.crm.errors import RowError
from service.domain.values import Row
from service.mapping.model import Mappings, ObjectMapping
from service.mirror import links
from service.mirror.connected import Connected

NOT_THERE = "PARENT_NOT_THERE"
"""Our own code for a record that points at one which the CRM does not hold yet."""
JUST_READ = timedelta(seconds=1)
"""The CRM's clock shows whole seconds: what was read in the second of our writing may be from before it."""


class Change(Protocol):
    """A record that is made or changed: its columns, whose references hold our ids."""

    @property
    def noun(self) -> str:
        """Return its noun."""
        ...

    @property
    def values(self) -> Row:
        """Return its new values by column."""
        ...


def pointed_at(mappings: Mappings, changes: Iterable[Change]) -> set[str]:
    """Return our ids of what changes point at."""
    return {
        str(change.values[field.column])
        for change in changes
        for field in mappings[change.noun].references
        if change.values.get(field.column)
    }


def unknown_parent(mappings: Mappings, change: Change, known: Collection[str]) -> RowError | None:
    """Return the refusal of a change that points at what the CRM does not hold yet."""
    for field in mappings[change.noun].references:
        value = change.values.get(field.column)
        if field.pushed and value and str(value) not in known:
            return RowError(NOT_THERE, f"The CRM does not hold {value} yet; try again in a minute", (field.crm,))
    return None


def pointing(mapping: ObjectMapping, values: Row, places: Mapping[str, str]) -> Row:
    """Return values whose references hold the CRM's ids in place of ours."""
    references = {field.column for field in mapping.references}
    return {c: places[str(value)] if c in references and value else value for c, value in values.items()}


def settle(
    org: Connected,
    connection: Connection,
    sent: Mapping[UUID, Row],
    *,
    made: Mapping[UUID, str | None] | None = None,
    clean: Collection[UUID] | None = None,
) -> None:
    """Book what the CRM took: it is agreed now, and nothing is left to push of what was clean before."""
    standing = links.by_id(connection, list(sent))
    rows = [
        {
            "link": our_id,
            "crm": (made or {}).get(our_id) or link.crm_id,
            "sent": sent[our_id],
            "seen": link.version if clean is None or our_id in clean else link.pushed_version,
        }
        for our_id, link in standing.items()
    ]
    links.settle(connection, rows)
    # A reading that was under way meanwhile is older than this and must not win over it.
    if org.client.org_time:
        links.change(connection, list(standing), base_read_at=org.client.org_time + JUST_READ)
