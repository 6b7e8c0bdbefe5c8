"""Carry the story's edits out: in the CRM over its API as the user who works there, here in the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, update

from service.crm import exact_json
from service.crm.answers import Landed
from service.crm.client import Client
from service.crm.requests import create_row, delete_rows, retrieve, update_row
from service.demo.compare import known_pairs
from service.demo.edits import Act, Edit, Side
from service.demo.stage import Stage
from service.domain.values import Value, canonical
from service.errors import PlansyncError
from service.mapping.wire import Sent, canonical_row, wire_row
from service.mirror import ours
from service.store.database import transaction
from service.store.records import RECORDS


class EditRefused(PlansyncError):  # noqa: N818 - named for what happened to the edit
    """The CRM did not take an edit of the story."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What each side holds where an edit shows; None where it holds nothing."""

    ours: Value
    theirs: Value


class Troupe:
    """Act on both sides of a stage and look at them; knows each record's id on both."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._mappings = stage, stage.sync.mappings
        self._there: dict[str, str] = dict(stage.crm_ids)
        self._here: dict[str, UUID] = {}
        with stage.sync.transaction() as connection:
            self._learn(connection)

    def carry_out(self, edits: Iterable[Edit]) -> None:
        """Do every edit on its side."""
        edits = list(edits)
        for by, theirs in groupby((edit for edit in edits if edit.side is Side.CRM), key=lambda edit: edit.by):
            with self._stage.signed_in_as(by) as client:
                for edit in theirs:
                    self._do_there(client, edit)
        with self._stage.sync.transaction() as connection:
            for edit in edits:
                if edit.side is Side.PLANSYNC:
                    self._do_here(connection, edit)

    def improvise(self, edit: Edit) -> None:
        """Do one edit at once: in the CRM on its own pages, which no fault of its API befalls, or here."""
        if edit.side is Side.CRM:
            self._do_on_its_pages(edit)
            return
        with transaction(self._stage.services.engine, self._stage.org.id, by=edit.by) as connection:
            self._do_here(connection, edit)

    def lost(self, edits: Iterable[Edit]) -> list[Edit]:
        """Return each side's last edit of whatever holds neither what that one nor what the other side's last one said."""
        last: dict[tuple[str, str], dict[Side, Edit]] = {}
        for edit in edits:
            last.setdefault((edit.key, edit.shown), {})[edit.side] = edit
        with self._stage.sync.transaction() as connection:
            self._learn(connection)
            return [
                edit
                for words in last.values()
                if not any(self._look_here(connection, edit) == self._said(edit) for edit in words.values())
                for edit in words.values()
            ]

    def look(self, edits: Sequence[Edit]) -> list[Seen]:
        """Read on both sides what each edit is about."""
        with self._stage.sync.transaction() as connection:
            self._learn(connection)
            here = [self._look_here(connection, edit) for edit in edits]
        return [Seen(ours=value, theirs=self._look_there(edit)) for edit, value in zip(edits, here, strict=True)]

    def our_id(self, edit: Edit) -> UUID:
        """Return our id of the record that an edit is about."""
        return self._here[edit.key]

    def _learn(self, connection: Connection) -> None:
        """Take over from the links who is who."""
        pairs = known_pairs(connection)
        here = {crm_id: UUID(our_id) for our_id, crm_id in pairs.items()}
        self._here |= {key: here[crm_id] for key, crm_id in self._there.items() if crm_id in here}
        self._there |= {key: pairs[str(our_id)] for key, our_id in self._here.items() if str(our_id) in pairs}

    def _do_there(self, client: Client, edit: Edit) -> None:
        mapping, row = self._mappings[edit.noun], self._row_there(edit)
        if edit.act is Act.CREATE:
            created = client.call(create_row(mapping.sobject, row))
            self._there[edit.key] = created.id or ""
        elif edit.act is Act.DELETE:
            (deleted,) = client.call(delete_rows([self._there[edit.key]]))
            _accept(edit, deleted.success, deleted.errors)
        else:
            answer = client.call(update_row(mapping.sobject, self._there[edit.key], row))
            _accept(edit, isinstance(answer, Landed), answer)

    def _do_on_its_pages(self, edit: Edit) -> None:
        org, sobject = self._stage.local_org, self._mappings[edit.noun].sobject
        row = json.loads(exact_json.dumps(self._row_there(edit)))
        with org.lock:
            actor = org.actor(org.user_id(edit.by))
            if edit.act is Act.CREATE:
                self._there[edit.key] = org.writer.create(actor, sobject, row)
            elif edit.act is Act.DELETE:
                org.writer.delete(actor, self._there[edit.key])
            else:
                org.writer.update(actor, sobject, self._there[edit.key], row)

    def _row_there(self, edit: Edit) -> dict[str, Sent]:
        mapping = self._mappings[edit.noun]
        values = {c: canonical(mapping.field(c).kind, v) for c, v in edit.values.items()}
        return wire_row(mapping, values | {column: self._there[key] for column, key in edit.points.items()})

    def _said(self, edit: Edit) -> Value:
        """Return what an edit leaves where it shows; nothing, where it deletes."""
        kind = self._mappings[edit.noun].field(edit.shown).kind
        return canonical(kind, edit.values.get(edit.shown))

    def _do_here(self, connection: Connection, edit: Edit) -> None:
        table = RECORDS[self._mappings[edit.noun].table]
        if edit.act is Act.CREATE:
            our_id = self._here[edit.key] = self._stage.services.new_id()
            references = {column: self._here[key] for column, key in edit.points.items()}
            row = {"org_id": self._stage.org.id, "id": our_id, **edit.values, **references}
            connection.execute(insert(table).values(row))
        elif edit.act is Act.DELETE:
            connection.execute(delete(table).where(table.c.id == self._here[edit.key]))
        else:
            connection.execute(update(table).where(table.c.id == self._here[edit.key]).values(edit.values))

    def _look_here(self, connection: Connection, edit: Edit) -> Value:
        our_id = self._here.get(edit.key)
        rows = ours.read_rows(connection, self._mappings[edit.noun], [our_id] if our_id else [])
        return rows[our_id][edit.shown] if our_id in rows else None

    def _look_there(self, edit: Edit) -> Value:
        mapping = self._mappings[edit.noun]
        if edit.key not in self._there:
            return None
        (row,) = self._stage.sync.client.call(
            retrieve(mapping.sobject, [self._there[edit.key]], [mapping.field(edit.shown).crm])
        )
        return canonical_row(mapping, row)[edit.shown] if row else None


def _accept(edit: Edit, success: bool, answer: Any) -> None:
    if not success:
        raise EditRefused(f"The CRM refused the edit {edit.what!r}: {answer}")
