"""What all parts of one query share: the org's parts, the user, the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from service.localorg.errors import Refusal
from service.localorg.records.access import Access, Actor
from service.localorg.schema.model import Schema, SObject
from service.localorg.soql.ast import Path
from service.localorg.soql.calculated import Calculation, enable
from service.localorg.soql.errors import ADVICE, malformed, refused
from service.localorg.soql.sql import Sql

if TYPE_CHECKING:
    from service.localorg.formulas.compile import Context, Formula
    from service.localorg.org import LocalOrg
    from service.localorg.schema.model import Field


@dataclass(frozen=True, slots=True)
class Session:
    """One query of one user at one moment."""

    org: LocalOrg
    actor: Actor
    text: str
    all_rows: bool
    context: Context
    calculations: list[Calculation] = field(default_factory=list)
    """The formulas that the query's SQL refers to."""

    @property
    def schema(self) -> Schema:
        """Return the org's schema."""
        return self.org.schema

    @property
    def access(self) -> Access:
        """Return the org's rules of access."""
        return self.org.access

    def today(self) -> date:
        """Return the day in the user's time zone."""
        return self.context.now.astimezone(ZoneInfo(self.actor.time_zone)).date()

    def object(self, name: str, at: int) -> SObject:
        """Return an object that the user may read."""
        found = self.schema.object(name)
        if found is None or not self.access.object_rights(self.actor, found.name).read:
            raise refused(
                "INVALID_TYPE",
                f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to"
                f" append the '__c' after the entity name.{ADVICE}",
                self.text,
                at,
            )
        return found

    def visible(self, sobject: SObject, alias: str) -> list[Sql]:
        """Return the conditions on the rows of an object that this query may show."""
        found = [] if self.all_rows else [Sql(f'"{alias}"."IsDeleted" = 0')]
        shared = self.access.visible_sql(self.actor, sobject.name, alias)
        return [*found, Sql(*shared)] if shared else found

    def calculate(self, field_: Field, formula: Formula, inputs: dict[str, tuple[Field, Sql]]) -> Sql:
        """Return the SQL of a formula field from the SQL of what it reads."""
        enable(self.org.storage.connection)
        read_global = self.org.reader.view(self.actor, self.schema.objects["User"], {})
        read = {path: read_field for path, (read_field, _) in inputs.items()}
        calculation = Calculation(field_, formula, read, context=self.context, globals_=read_global)
        self.calculations.append(calculation)
        columns = [sql for _, sql in inputs.values()]
        text = ", ".join(["?", *(sql.text for sql in columns)])
        return Sql(f"calculate({text})", (calculation.number, *(b for sql in columns for b in sql.bound)))

    def malformed(self, message: str, at: int) -> Refusal:
        """Return a MALFORMED_QUERY refusal that points into the query."""
        return malformed(message, self.text, at)

    def invalid_field(self, message: str, at: int) -> Refusal:
        """Return an INVALID_FIELD refusal that points into the query."""
        return refused("INVALID_FIELD", message, self.text, at)

    def no_column(self, name: str, entity: str, path: Path) -> Refusal:
        """Return the refusal of a field that is not there, or not for this user."""
        return self.invalid_field(
            f"No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be sure to"
            f" append the '__c' after the custom field name.{ADVICE}",
            path.at,
        )

    def no_relationship(self, name: str, path: Path) -> Refusal:
        """Return the refusal of a parent path that leads nowhere, or nowhere for this user."""
        return self.invalid_field(
            f"Didn't understand relationship '{name}' in field path. If you are attempting to use a custom"
            f" relationship, be sure to append the '__r' after the custom relationship name.{ADVICE}",
            path.at,
        )
