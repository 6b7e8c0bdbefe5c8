"""The formulas of a package, compiled once all its objects are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from service.localorg.formulas.compile import Formula, FormulaError, compile_formula
from service.localorg.schema.fields import Draft
from service.localorg.schema.model import Field, SObject, ValidationRule
from service.localorg.schema.nodes import Node
from service.localorg.schema.objects import RuleDraft
from service.localorg.schema.problems import Problems

_PERMISSION = "$permission."


class Compiler:
    """Compile formulas against the fields of all objects."""

    def __init__(self, objects: Mapping[str, SObject], permissions: Mapping[str, str], problems: Problems) -> None:
        self._objects, self._problems = objects, problems
        self._permissions = {name.lower() for name in permissions}

    def complete(self, sobject: SObject, drafts: Mapping[str, Draft], rules: list[RuleDraft]) -> SObject:
        """Return an object with its formula fields, defaults and validation rules, as far as they hold."""
        fields, compiled = dict(sobject.fields), []
        for name, draft in drafts.items():
            with self._problems.noted():
                fields[name] = self._field(sobject, draft)
        for rule in sorted(rules, key=lambda rule: rule.name):
            with self._problems.noted():
                found = self._rule(sobject, rule)
                compiled += [found] if rule.active else []
        return replace(sobject, fields=fields, rules=tuple(compiled))

    def _field(self, sobject: SObject, draft: Draft) -> Field:
        formula = default = None
        if draft.formula is not None:
            formula = self._compile(sobject, draft.formula, draft.node, "formula", blank_as_zero=draft.blank_as_zero)
        if draft.default is not None:
            default = self._compile(sobject, draft.default, draft.node, "defaultValue")
        return replace(draft.field, formula=formula, default=default)

    def _rule(self, sobject: SObject, rule: RuleDraft) -> ValidationRule:
        if rule.field is not None and sobject.field(rule.field) is None:
            raise rule.node.error(f"no field {rule.field} on {sobject.name}", "errorDisplayField")
        condition = self._compile(sobject, rule.condition, rule.node, "errorConditionFormula")
        return ValidationRule(name=rule.name, condition=condition, message=rule.message, field=rule.field)

    def _compile(self, sobject: SObject, text: str, node: Node, tag: str, *, blank_as_zero: bool = False) -> Formula:
        try:
            formula = compile_formula(
                text, sobject=sobject.name, resolve=self.resolver(sobject), blank_as_zero=blank_as_zero
            )
        except FormulaError as error:
            raise node.error(str(error), tag) from error
        for name in formula.globals:
            if name.lower().startswith(_PERMISSION) and name.lower()[len(_PERMISSION) :] not in self._permissions:
                raise node.error(f"no CustomPermission named {name[len(_PERMISSION) :]} found", tag)
        return formula

    def resolver(self, sobject: SObject) -> Callable[[str], Field | None]:
        """Return a function from a path on an object (`Plan__r.Account__c`, `$User.Email`) to its field."""

        def resolve(path: str) -> Field | None:
            *links, last = path.split(".")
            at: SObject | None = sobject
            if links and links[0].lower() == "$user":
                links, at = links[1:], self._objects["User"]
            for link in links:
                at = self._parent(at, link) if at else None
            return at.field(last) if at else None

        return resolve

    def _parent(self, sobject: SObject, link: str) -> SObject | None:
        field = sobject.parent(link)
        if field is None or field.reference is None:
            return None
        return self._objects.get(field.reference.to[-1])
