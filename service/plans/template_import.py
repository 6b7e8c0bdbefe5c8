"""Importing a template's file: its records are made where it is new, and become what the file says where it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from service.domain.faults import Fault
from service.domain.permissions import Action
from service.mirror.amending import Amended, amend
from service.mirror.planting import Unplanted, plant
from service.mirror.removing import remove
from service.plans.blueprint import Blueprint
from service.plans.desk import Desk
from service.plans.refusals import Changed, Held, Invalid
from service.plans.template_diff import Difference, compare
from service.plans.template_finding import named_templates, with_key
from service.plans.template_lint import Known, lint
from service.plans.template_making import Changes, Making, changes, known_places, make
from service.plans.template_org import as_there, known_of
from service.plans.template_telling import Told
from service.plans.versions import Published, Standing, keep_version, standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What importing a file would do: to a new template, or to the one that was found."""

    blueprint: Blueprint
    template_id: UUID
    found: Standing | None
    places: Mapping[str, str]
    changes: Changes
    differences: Sequence[Difference]

    @property
    def told(self) -> Told:
        """Return what the template says once this is done."""
        return Told(self.blueprint, self.places)


def plan_import(desk: Desk, blueprint: Blueprint) -> Plan:
    """Say what importing a template would do; nothing is written."""
    noun, mappings = blueprint.root.noun, desk.org.mappings
    desk.allow(Action.PUBLISH, noun)
    known = _known(desk, blueprint)
    blueprint = as_there(blueprint, known)
    template_id = _there(desk, noun, blueprint.root.key)
    found = None if template_id is None else standing(desk, noun, template_id, known=known.people)
    making = Making(
        mappings=mappings,
        people=known.people,
        user=desk.user,
        known=known_places(found.template, found.told.records) if found else {},
        home=found.template.root.row if found else {},
        new_id=desk.org.new_id,
    )
    made = make(blueprint, template_id or desk.org.new_id(), making)
    return Plan(
        blueprint=blueprint,
        template_id=made.root_id,
        found=found,
        places=made.places,
        changes=changes(found.template if found else None, made.records, mappings),
        differences=compare(found.told.blueprint, blueprint, mappings) if found else [],
    )


def carry_out(desk: Desk, plan: Plan, *, note: str = "") -> Published:
    """Make the template into what its file says, on both sides, and keep that as a version."""
    try:
        plant(desk.org, plan.changes.creates, by=desk.by)
    except Unplanted as refused:
        raise Invalid([_refused(refused)]) from refused
    _check(amend(desk.org, plan.changes.updates, by=desk.by))
    for noun, ids in plan.changes.removals.items():
        kept = remove(desk.org, noun, ids, by=desk.by)
        if kept:
            raise Held(
                f"The CRM keeps {len(kept)} {noun} record(s) that the file left out: {next(iter(kept.values()))}"
            )
    return keep_version(desk, plan.told, plan.found, plan.template_id, note=note)


def _known(desk: Desk, blueprint: Blueprint) -> Known:
    """Return what the org knows; Invalid where the template could not be used there."""
    known = known_of(desk.org)
    problems = lint(blueprint, blueprint.root.key, known).problems
    if problems:
        raise Invalid([Fault(field=p.key, code="template", message=f"{p.key} {p.message}".strip()) for p in problems])
    return known


def _there(desk: Desk, noun: str, key: str) -> UUID | None:
    """Return the template that has this key; None where it is a new one."""
    with desk.org.writing(by=desk.by) as connection:
        found = with_key(named_templates(connection, desk, noun), key)
    if len(found) > 1:
        reason = f"{len(found)} templates are called like {key}; publish the one that is meant, or rename the others"
        raise Invalid([Fault(field="key", code="ambiguous", message=reason)])
    return found[0].id if found else None


def _refused(refused: Unplanted) -> Fault:
    record = str(refused.create.id) if refused.create else None
    return Fault(field="", code=refused.error.code, message=str(refused), record=record)


def _check(outcomes: Sequence[Amended]) -> None:
    for outcome in outcomes:
        if outcome.error is not None:
            raise Invalid(
                [Fault(field="", code=outcome.error.code, message=str(outcome.error), record=str(outcome.update.id))]
            )
        if not outcome.done:
            raise Changed(
                "A record of the template was changed in the CRM just now; let it be synced, then import again"
            )
