"""Follow: children take over what their parent took over from the CRM, and the log says so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import Connection

from service.mapping.model import Mappings
from service.mirror import cascade
from service.mirror.cascade import Followed
from service.sync.journal import Decision, Journal

FOLLOW = "follow"
"""What the decision log calls a child's taking over of its parent's value."""


def let_follow(
    connection: Connection, mappings: Mappings, journal: Journal, noun: str, taken: Mapping[UUID, Collection[str]]
) -> None:
    """Let the children of records follow in the columns that these took over (OB-54, OB-55); they are pushed like any edit."""
    changed: dict[str, list[UUID]] = {}
    for our_id, columns in taken.items():
        for column in columns:
            changed.setdefault(column, []).append(our_id)
    journal.log(connection, [_line(one) for one in cascade.follow(connection, mappings, noun, changed)])


def _line(one: Followed) -> Decision:
    return Decision(
        link_id=one.id, object=one.noun, field=one.column, action=FOLLOW, reason=one.reason, base=one.old, ours=one.new
    )
