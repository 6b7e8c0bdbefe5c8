"""What runs around every save and delete, whoever writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from service.localorg.records.access import Actor
from service.localorg.schema.model import SObject

if TYPE_CHECKING:
    from service.localorg.records.parts import Change


class Trigger:
    """Do nothing at any occasion; each kind of trigger says at which it does more. A Refusal stops the row."""

    def before_save(self, sobject: SObject, change: Change) -> None:
        """Meet a row before it is checked; it may be altered still, in `row` and `given`."""

    def after_save(self, sobject: SObject, change: Change) -> None:
        """Meet a row that has been written, within its transaction."""

    def before_delete(self, actor: Actor, sobject: SObject, ids: Sequence[str]) -> None:
        """Meet a record that goes, first of the ids, with all that goes or changes along with it."""
