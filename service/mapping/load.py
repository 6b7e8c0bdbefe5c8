"""Loading the mappings of one org: all of them, or every problem of every file at once."""

from __future__ import annotations

from pathlib import Path

from service.domain.merging import Direction, Policy
from service.domain.values import Kind, canonical
from service.mapping.drafts import read_drafts, resolve
from service.mapping.model import Condition, FieldMapping, MappingErrors, Mappings, ObjectMapping, Operator
from service.mapping.relations import parents, parents_first, relation_problems
from service.mapping.rules import Columns, Shape, condition_kind, condition_values, sends


def load(folder: Path, *, namespace: str | None = None, overlay: Path | None = None) -> Mappings:
    """Return the mappings of a folder as one org sees them; MappingErrors with all problems."""
    drafts = read_drafts(folder, overlay, namespace=namespace)
    overlay_name = overlay.name if overlay is not None else None
    places = {(problem.file, problem.key) for problem in drafts.problems}
    between = relation_problems(drafts, overlay=overlay_name or "")
    problems = [*drafts.problems, *(problem for problem in between if (problem.file, problem.key) not in places)]
    if problems:
        raise MappingErrors(sorted(problems))
    order = parents_first(parents(drafts))
    objects = (_object(noun, drafts.shapes[noun], drafts.extras.get(noun, {}), namespace) for noun in order)
    return Mappings(objects=tuple(objects), overlay=overlay_name)


def _object(noun: str, shape: Shape, extras: Columns, namespace: str | None) -> ObjectMapping:
    columns: Columns = shape["columns"]
    direction = Direction(shape["direction"])
    own = [_field(column, field, resolve(field["crm"], namespace), direction) for column, field in columns.items()]
    added = [_field(column, field, field["crm"], direction, extra=True) for column, field in extras.items()]
    return ObjectMapping(
        name=noun,
        table=shape.get("table", noun),
        sobject=resolve(shape["object"], namespace),
        key=resolve(shape["key"], namespace) if "key" in shape else None,
        direction=direction,
        on_delete=Policy(shape.get("on_delete", Policy.ASK)),
        filter=tuple(_condition(condition, columns, namespace) for condition in shape["where"]),
        fields=(*own, *added),
        pushes_creates=sends(shape, "creates"),
        pushes_deletes=sends(shape, "deletes"),
    )


def _field(column: str, field: Shape, crm: str, object_direction: Direction, *, extra: bool = False) -> FieldMapping:
    return FieldMapping(
        column=column,
        crm=crm,
        kind=Kind(field["kind"]),
        direction=Direction(field.get("direction", object_direction)),
        conflict=Policy(field.get("conflict", Policy.THEIRS)),
        refers_to=field.get("refers_to"),
        required=field.get("required", False),
        length=field.get("length"),
        # A number without a scale is a whole one.
        scale=field.get("scale", 0) if field["kind"] == Kind.NUMBER else None,
        transform=field.get("transform"),
        formula=field.get("formula", False),
        extra=extra,
    )


def _condition(condition: Shape, columns: Columns, namespace: str | None) -> Condition:
    field = next(field for field in columns.values() if field["crm"] == condition["field"])
    operator = next(word for word in Operator if word in condition)
    kind = condition_kind(field)
    values = [] if operator is Operator.NOT_NULL else condition_values(condition, operator)
    return Condition(
        crm=resolve(field["crm"], namespace),
        kind=kind,
        operator=operator,
        values=tuple(value for value in (canonical(kind, value) for value in values) if value is not None),
    )
