"""Automation held against a schema: its object, its fields and its formula must exist."""

from __future__ import annotations

from dataclasses import dataclass

from service.localorg.automation.model import Action, Automation, Reject, Rewrite, TouchParent
from service.localorg.errors import Refusal
from service.localorg.formulas.compile import Formula, compile_formula
from service.localorg.formulas.errors import FormulaError
from service.localorg.schema.formulas import Compiler
from service.localorg.schema.model import Field, Schema, SObject
from service.localorg.schema.problems import Problems


@dataclass(frozen=True, slots=True)
class Target:
    """The field that an automation sets: the record's own, or that of its parent by a lookup."""

    sobject: SObject
    field: Field
    lookup: Field | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One automation that the org can run."""

    automation: Automation
    sobject: SObject
    formula: Formula
    target: Target | None


def compile_step(schema: Schema, automation: Automation) -> Step:
    """Return an automation with what it names looked up, or refuse what the org cannot run."""
    sobject = schema.object(automation.sobject)
    if sobject is None:
        raise _refused(f"there is no object {automation.sobject}")
    target = _target(schema, sobject, automation.action)
    return Step(automation, sobject, _formula(schema, sobject, automation.action), target)


def _target(schema: Schema, sobject: SObject, action: Action) -> Target | None:
    match action:
        case Rewrite():
            return Target(sobject, _field(sobject, action.field))
        case TouchParent():
            return _parent(schema, sobject, action)
        case Reject():
            if action.field:
                _field(sobject, action.field)
            return None


def _parent(schema: Schema, sobject: SObject, action: TouchParent) -> Target:
    lookup = _field(sobject, action.lookup)
    if lookup.reference is None or len(lookup.reference.to) > 1:
        raise _refused(f"{lookup.name} does not point at records of one object")
    parent = schema.objects[lookup.reference.to[0]]
    return Target(parent, _field(parent, action.field), lookup)


def _field(sobject: SObject, name: str) -> Field:
    field = sobject.field(name)
    if field is None or not field.stored:
        raise _refused(f"{sobject.name} has no field {name} to be set")
    return field


def _formula(schema: Schema, sobject: SObject, action: Action) -> Formula:
    text = action.condition if isinstance(action, Reject) else action.formula
    compiler = Compiler(schema.objects, schema.custom_permissions, Problems())
    try:
        return compile_formula(text, sobject=sobject.name, resolve=compiler.resolver(sobject))
    except FormulaError as error:
        raise _refused(str(error)) from error


def _refused(reason: str) -> Refusal:
    return Refusal("INVALID_INPUT", f"the automation cannot run: {reason}")
