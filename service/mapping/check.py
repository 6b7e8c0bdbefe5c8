"""Checking mappings against what an org has, before anything is read or written: pure, all problems at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from service.domain.values import Kind
from service.mapping.described import HTML, DescribedField, DescribedObject, DescribedSchema
from service.mapping.model import FieldMapping, Mappings, ObjectMapping, Problem
from service.mapping.transforms import their_kind

_TYPES: Mapping[Kind, frozenset[str]] = {
    Kind.TEXT: frozenset({"string", "textarea", "email", "phone", "url", "combobox", "encryptedstring", "id"}),
    Kind.RICH_TEXT: frozenset({HTML}),
    Kind.NUMBER: frozenset({"double", "int", "long", "currency", "percent"}),
    Kind.BOOLEAN: frozenset({"boolean"}),
    Kind.DATE: frozenset({"date"}),
    Kind.DATETIME: frozenset({"datetime"}),
    Kind.CHOICE: frozenset({"picklist"}),
    Kind.CHOICES: frozenset({"multipicklist"}),
    Kind.REFERENCE: frozenset({"reference"}),
}
_KEY_LENGTH = 36
"""The characters of a UUID as text."""


def check_against(mappings: Mappings, schema: DescribedSchema) -> list[Problem]:
    """Return everything in the mappings that does not fit the org."""
    return sorted(problem for mapping in mappings for problem in _Check(mappings, mapping, schema).problems())


@dataclass(frozen=True, slots=True, order=True)
class Misfit:
    """A field, or with no column a whole object, that cannot be synced as the org is now."""

    noun: str
    column: str
    reason: str


def misfits(mappings: Mappings, schema: DescribedSchema) -> list[Misfit]:
    """Return what the org does not offer as the mappings say; what only narrows a field is no misfit."""
    found = []
    for mapping in mappings:
        check = _Check(mappings, mapping, schema)
        whole = next(check.unusable(), None)
        if whole:
            found.append(Misfit(mapping.name, "", whole.message))
            continue
        described = schema[mapping.sobject]
        parts = [(field.column, next(check.unusable_field(field, described), None)) for field in mapping.fields]
        found += [Misfit(mapping.name, column, problem.message) for column, problem in parts if problem]
    return sorted(found)


@dataclass(frozen=True, slots=True)
class _Check:
    """One object against the org."""

    mappings: Mappings
    mapping: ObjectMapping
    schema: DescribedSchema

    def problems(self) -> Iterator[Problem]:
        yield from self.unusable()
        described = self.schema.get(self.mapping.sobject)
        if described is None:
            return
        yield from self._rights(described)
        yield from self._left_out(described)
        for field in self.mapping.fields:
            yield from self._field(field, described)

    def unusable(self) -> Iterator[Problem]:
        """Yield what keeps the whole object from being synced."""
        described = self.schema.get(self.mapping.sobject)
        if described is None:
            hint = _instead(self.mapping.sobject, self.schema)
            yield self._at("object", f"the org shows no {self.mapping.sobject}{hint}; install the package or grant it")
            return
        yield from self._key(described)
        yield from self._filter(described)

    def unusable_field(self, field: FieldMapping, described: DescribedObject) -> Iterator[Problem]:
        """Yield what keeps a field from being synced."""
        theirs = described.fields.get(field.crm)
        if theirs is None:
            yield self._in(field, "crm", _missing(field.crm, described))
            return
        if theirs.type not in _TYPES[their_kind(field.kind, field.transform)]:
            yield self._in(field, "kind", f"{theirs.name} is of type {theirs.type}, not {field.kind}{_advice(theirs)}")
            return
        if field.pushed and not (theirs.updateable or (theirs.createable and self.mapping.pushes_creates)):
            yield self._in(
                field,
                "direction",
                f"{theirs.name} may not be written (computed, or no right to edit); grant it or write direction: pull",
            )
        if field.refers_to is not None:
            target = self.mappings[field.refers_to].sobject
            if target not in theirs.reference_to:
                message = f"{theirs.name} refers to {', '.join(theirs.reference_to)}, not to {target}; name its object"
                yield self._in(field, "refers_to", message)

    def _rights(self, described: DescribedObject) -> Iterator[Problem]:
        name = self.mapping.sobject
        if self.mapping.pushes_creates and not described.createable:
            yield self._at("creates", f"{name} records may not be created here; grant it or write creates: false")
        if self.mapping.pushes_deletes and not described.deletable:
            yield self._at("deletes", f"{name} records may not be deleted here; grant it or write deletes: false")
        if not described.updateable and any(field.pushed for field in self.mapping.fields):
            yield self._at("direction", f"{name} records may not be edited here; grant it or write direction: pull")

    def _key(self, described: DescribedObject) -> Iterator[Problem]:
        if self.mapping.key is None:
            return
        key = described.fields.get(self.mapping.key)
        if key is None:
            yield self._at("key", _missing(self.mapping.key, described))
        elif not (key.external_id and key.unique):
            yield self._at("key", f"{key.name} is not a unique external id; mark it as both in the CRM")
        elif key.type != "string" or key.length < _KEY_LENGTH:
            yield self._at("key", f"{key.name} cannot hold a UUID; make it text of {_KEY_LENGTH} characters or more")
        elif self.mapping.pushes_creates and not key.createable:
            yield self._at("key", f"{key.name} may not be written here; grant edit or write creates: false")

    def _filter(self, described: DescribedObject) -> Iterator[Problem]:
        for place, condition in enumerate(self.mapping.filter):
            field = described.fields.get(condition.crm)
            if field is not None and not field.filterable:
                yield self._at(f"where.{place}.field", f"{field.name} cannot be filtered in SOQL; choose another field")

    def _left_out(self, described: DescribedObject) -> Iterator[Problem]:
        if not self.mapping.pushes_creates:
            return
        filled = {field.crm for field in self.mapping.fields if field.pushed} | {self.mapping.key}
        for field in described.fields.values():
            if field.required and field.name not in filled:
                yield self._at(
                    "fields", f"{field.name} must be filled in a new record; map it both ways or write creates: false"
                )

    def _field(self, field: FieldMapping, described: DescribedObject) -> Iterator[Problem]:
        yield from self.unusable_field(field, described)
        theirs = described.fields.get(field.crm)
        if theirs is None or theirs.type not in _TYPES[their_kind(field.kind, field.transform)]:
            return
        if theirs.calculated != field.formula:
            what = "computed, and changes unseen; write" if theirs.calculated else "not computed; leave out"
            yield self._in(field, "formula", f"{theirs.name} is {what} formula: true")
        yield from self._size(field, theirs)
        if field.pushed and theirs.required and self.mapping.pushes_creates and not field.required:
            yield self._in(field, "required", f"{theirs.name} must be filled in a new record; write required: true")

    def _size(self, field: FieldMapping, theirs: DescribedField) -> Iterator[Problem]:
        if field.scale is not None and field.scale != theirs.scale:
            yield self._in(field, "scale", f"{theirs.name} keeps {theirs.scale} decimals; write scale: {theirs.scale}")
        if field.length is not None and field.pushed and field.length > theirs.length:
            yield self._in(
                field, "length", f"{theirs.name} holds {theirs.length} characters; write length: {theirs.length}"
            )

    def _at(self, key: str, message: str) -> Problem:
        return Problem(f"{self.mapping.name}.yaml", key, message)

    def _in(self, field: FieldMapping, key: str, message: str) -> Problem:
        if field.extra:
            place = f"overlay.{self.mapping.name}.fields.{field.column}.{key}"
            return Problem(self.mappings.overlay or "overlay", place, message)
        return self._at(f"fields.{field.column}.{key}", message)


def _missing(name: str, described: DescribedObject) -> str:
    hint = _instead(name, described.fields)
    return f"{described.name} shows no {name}{hint}; correct the name or grant the field to the integration user"


def _instead(name: str, known: Mapping[str, object]) -> str:
    by_folded = {other.casefold(): other for other in known}
    close = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.75)
    return f" ({by_folded[close[0]]}?)" if close else ""


def _advice(theirs: DescribedField) -> str:
    fitting = [kind.value for kind, types in _TYPES.items() if theirs.type in types]
    return f"; write kind: {fitting[0]}" if fitting else "; leave the field out"
