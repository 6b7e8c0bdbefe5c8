"""What automation does to the record that is saved, and to its parent."""

from __future__ import annotations

from service.localorg.automation.compile import Step, Target
from service.localorg.automation.model import Reject, When
from service.localorg.errors import Crash, Refusal
from service.localorg.records.parts import Change, Parts
from service.localorg.records.saving import Saving
from service.localorg.records.values import Stored, from_python, to_json, to_stored


def act(parts: Parts, step: Step, change: Change) -> None:
    """Do to a change, or because of it, what an automation says."""
    action, target = step.automation.action, step.target
    result = parts.reader.evaluate(
        change.actor, step.sobject, change.row, step.formula, prior=change.before, new=change.before is None
    )
    if target is not None:
        # The value is checked as that of a flow is: length, range, picklist.
        value = to_stored(target.field, to_json(target.field, from_python(target.field, result)))
        if target.lookup is None:
            _rewrite(parts, step, target, change, value)
        else:
            _touch(parts, step, target, change, value)
    elif isinstance(action, Reject) and result is True:
        raise _rejection(step, action, change)


def _rewrite(parts: Parts, step: Step, target: Target, change: Change, value: Stored) -> None:
    change.row[target.field.name] = change.given[target.field.name] = value
    if step.automation.when is When.AFTER:
        parts.storage.update(step.sobject.name, change.row["Id"], {target.field.name: value})


def _touch(parts: Parts, step: Step, target: Target, change: Change, value: Stored) -> None:
    """Save the parent as a trigger does: nobody's rights are asked for, its own rules and automation are."""
    parent_id = change.row[target.lookup.name] if target.lookup else None
    before = parts.storage.row(target.sobject.name, parent_id) if parent_id else None
    if before is None or before["IsDeleted"]:
        return
    try:
        Saving(parts, change.actor, target.sobject, creating=False).write(before, {target.field.name: value})
    except Refusal as refusal:
        first = f"first error: {refusal.code}, {refusal.message}: [{', '.join(refusal.fields)}]"
        message = f"System.DmlException: Update failed. First exception on row 0 with id {parent_id}; {first}"
        raise _thrown(step, change, message) from refusal


def _rejection(step: Step, action: Reject, change: Change) -> Refusal:
    if action.throws:
        return _thrown(step, change, action.message)
    fields = (action.field,) if action.field else ()
    return Refusal("FIELD_CUSTOM_VALIDATION_EXCEPTION", action.message, fields=fields)


def _thrown(step: Step, change: Change, message: str) -> Crash:
    """Return what becomes of an exception that a trigger did not catch."""
    trigger = step.sobject.name.removesuffix("__c").replace("_", "") + "Trigger"
    event = step.automation.when.capitalize() + ("Insert" if change.before is None else "Update")
    text = f"{trigger}: execution of {event}\n\ncaused by: {message}"
    return Crash("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", text)
