"""What the doctor looks at of the package in the org: objects, fields, rights, keys, delete constraints, record types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.crm.errors import Refused
from service.crm.requests import describe
from service.domain.merging import Direction
from service.mapping.check import check_against
from service.mapping.described import described_from_describe
from service.mapping.model import FieldMapping, Mappings, ObjectMapping, Problem
from service.sync.context import Sync
from service.sync.findings import Station, Verdict, failure, ok, warning

RESTRICT, CASCADE, CLEAR = "refuses the deletion", "deletes the child, too", "clears the lookup"
CONSTRAINTS = {
    ("objective_kpi", "objective_id"): RESTRICT,
    ("playbook_task_assignment", "playbook_task_id"): CASCADE,
    ("playbook_task_dependency", "playbook_task_id"): CASCADE,
    ("playbook_task_dependency", "predecessor_id"): CASCADE,
}
"""What deleting the parent does, by object and column, as the package ships it; all other lookups are cleared."""

_ON_OBJECT = ("creates", "deletes", "direction")
"""Keys of a mapping that speak of rights on a whole object."""

Described = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The mapped objects as the org describes them to us, and what does not fit."""

    mappings: Mappings
    described: Mapping[str, Described]
    problems: tuple[Problem, ...]

    def pairs(self) -> Iterator[tuple[ObjectMapping, Described]]:
        """Yield every mapping whose object is there, with its description."""
        for mapping in self.mappings:
            if mapping.sobject in self.described:
                yield mapping, self.described[mapping.sobject]

    def about(self, *, rights: bool = False, keys: bool = False) -> list[Problem]:
        """Return the problems of rights on objects, of keys, or all others."""
        return [
            problem for problem in self.problems if (problem.key in _ON_OBJECT, problem.key == "key") == (rights, keys)
        ]


def look_at_schema(sync: Sync) -> Schema:
    """Describe every mapped object, in one call for 25."""
    answers = sync.client.composite([describe(mapping.sobject) for mapping in sync.mappings])
    described = {answer["name"]: answer for answer in answers if not isinstance(answer, Refused)}
    problems = check_against(sync.mappings, described_from_describe(described.values()))
    return Schema(mappings=sync.mappings, described=described, problems=tuple(problems))


def judge_fields(schema: Schema) -> Iterator[Verdict]:
    """Judge whether every mapped object and field is there, of the right kind, and may be read and written."""
    yield from _failures(schema.about())
    if not schema.about():
        fields = sum(len(mapping.fields) for mapping in schema.mappings)
        yield ok(f"All {len(schema.mappings)} mapped objects and {fields} fields are there as the mappings say")


def judge_rights(schema: Schema) -> Iterator[Verdict]:
    """Judge what the integration user may do with whole objects."""
    yield from _failures(schema.about(rights=True))
    if not schema.about(rights=True):
        yield ok("The user may create, edit and delete what the mappings send, and reach the API")


def judge_keys(schema: Schema) -> Iterator[Verdict]:
    """Judge the external ids: unique, writable, and the same for capital and small letters."""
    yield from _failures(schema.about(keys=True))
    keyed = [(each, described) for each, described in schema.pairs() if each.key]
    picky = [
        mapping for mapping, described in keyed if _fields(described).get(mapping.key or "", {}).get("caseSensitive")
    ]
    for mapping in picky:
        yield failure(
            f"{mapping.sobject}.{mapping.key} tells capital from small letters",
            'choose \'Treat "ABC" and "abc" as duplicate values\' in the field\'s settings',
        )
    if not picky and not schema.about(keys=True):
        yield ok(f"The external ids of {len(keyed)} objects are unique and ignore capitals")


def judge_constraints(schema: Schema) -> Iterator[Verdict]:
    """Judge what deleting a parent does, since the sync relies on it."""
    lookups = [
        (mapping, field, _fields(described)[field.crm])
        for mapping, described in schema.pairs()
        for field in mapping.references
        if _is_the_packages(field) and field.crm in _fields(described)
    ]
    wrong = [verdict for lookup in lookups if (verdict := _constraint(*lookup))]
    yield from wrong
    if not wrong:
        yield ok(f"Deleting a parent does what the package says for {len(lookups)} lookups")


def _constraint(mapping: ObjectMapping, field: FieldMapping, described: Described) -> Verdict | None:
    wanted = CONSTRAINTS.get((mapping.name, field.column), CLEAR)
    found = RESTRICT if described["restrictedDelete"] else CASCADE if described["cascadeDelete"] else CLEAR
    if found == wanted:
        return None
    return failure(
        f"{mapping.sobject}.{field.crm}: deleting its parent {found}, and the package says it {wanted}",
        "set the field's 'What to do if the lookup record is deleted?' as the package has it, or deploy the package again",
    )


def _is_the_packages(field: FieldMapping) -> bool:
    return field.crm.endswith("__c") and not field.extra


def judge_record_types(schema: Schema) -> Iterator[Verdict]:
    """Judge whether new records get a record type that the integration user may use; the package has none of its own."""
    kinds = [
        (mapping, kind)
        for mapping, described in schema.pairs()
        for kind in described.get("recordTypeInfos", ())
        if kind["active"] and not kind["master"]
    ]
    for mapping, kind in kinds:
        if mapping.direction is not Direction.PULL and mapping.pushes_creates and not kind["available"]:
            yield warning(
                f"{mapping.sobject}: the user may not use the record type {kind['name']}",
                "add it to a permission set of the integration user, if Plansync is to create such records",
            )
    named = ", ".join(f"{mapping.sobject} {kind['name']}" for mapping, kind in kinds)
    yield ok(f"Record types: {named}" if named else "No record types; the package needs none")


def _failures(problems: list[Problem]) -> Iterator[Verdict]:
    for problem in problems:
        found, _, fix = problem.message.rpartition("; ")
        yield failure(f"{problem.file}: {problem.key}: {found}", fix)


def _fields(described: Described) -> Mapping[str, Described]:
    return {field["name"]: field for field in described["fields"]}


SCHEMA = Station(
    name="fields",
    look=look_at_schema,
    checks={
        "fields": judge_fields,
        "rights": judge_rights,
        "external ids": judge_keys,
        "delete constraints": judge_constraints,
        "record types": judge_record_types,
    },
    fix="let the integration user use the API, and install the package (docs/install.md)",
)
