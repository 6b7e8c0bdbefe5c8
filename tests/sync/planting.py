"""Plant what no cycle would leave behind: differences that neither side noticed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import null, update

from service.store.ledger import links
from tests.world import World

NOTHING = null()


def change_here(world: World, noun: str, our_id: UUID, **values: Any) -> None:
    """Change a record here so that nobody knows of it."""
    world.edit_here(noun, our_id, **values)
    believe_clean(world, our_id)


def change_there(world: World, noun: str, crm_id: str, **values: Any) -> None:
    """Change a record there without moving its clock."""
    for field, value in values.items():
        world.org.storage.execute(f'UPDATE "{world.crm(noun)}" SET "{field}" = ? WHERE "Id" = ?', (value, crm_id))


def lose_here(world: World, noun: str, our_id: UUID) -> None:
    """Lose a record here that the ledger still believes to stand."""
    world.delete_here(noun, our_id)
    set_link(world, our_id, deleted=False)
    believe_clean(world, our_id)


def lose_there(world: World, noun: str, crm_id: str) -> None:
    """Lose a record there without a trace in the recycle bin."""
    world.org.storage.execute(f'DELETE FROM "{world.crm(noun)}" WHERE "Id" = ?', (crm_id,))


def misremember(world: World, our_id: UUID, **values: Any) -> None:
    """Let the ledger believe that both sides agreed on something else."""
    set_link(world, our_id, base=links.c.base.op("||")(values))


def believe_clean(world: World, our_id: UUID) -> None:
    """Let the ledger believe that nothing is to be pushed."""
    set_link(world, our_id, pushed_version=links.c.version)


def set_link(world: World, our_id: UUID, **values: Any) -> None:
    """Change the ledger's row of a record."""
    with world.transaction() as connection:
        connection.execute(update(links).where(links.c.id == our_id).values(**values))
