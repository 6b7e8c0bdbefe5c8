"""Clone: preview what a template becomes, then make it on both sides, all of it or nothing (OB-22 to OB-46)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from service.crm.errors import Retryable, Unreachable
from service.domain.cloning import Clone, decide
from service.domain.drawing import Draft
from service.domain.faults import Fault
from service.domain.permissions import Action
from service.domain.templates import KPI
from service.mirror import links
from service.mirror.planting import Create, HalfPlanted, Unplanted, plant
from service.plans import rules
from service.plans.clone_kpis import called, with_kpis
from service.plans.clone_requests import CloneRequest
from service.plans.clone_setting import chosen_references, hidden_references, setting, unknown_references
from service.plans.desk import Desk
from service.plans.keeping import Kept, Made, keep, kept_before, refusal
from service.plans.keys import under_key
from service.plans.refusals import Changed, Invalid
from service.plans.templates import template, tree_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloned:
    """What was made: the new root, every new record with it, and what it took; nothing when it was made before."""

    noun: str
    root_id: UUID
    made: tuple[Made, ...]
    api_calls: int

    @property
    def ids(self) -> tuple[UUID, ...]:
        """Return the ids of what was made, the root's first."""
        return tuple(each.id for each in self.made)


def preview(desk: Desk, request: CloneRequest) -> Clone:
    """Return what a clone would be, with every old and new date (G1) and every fault; nothing is written."""
    desk.allow(Action.CREATE_FROM_TEMPLATE, request.noun)
    return _decided(desk, request, request_id=desk.org.org_id)


def clone(desk: Desk, request: CloneRequest, *, key: str) -> Cloned | Kept:
    """Make a clone, or keep the request when the org does not answer; the same key again makes nothing twice.

    Invalid names what is wrong, by record of the template; Changed says that the template is not the one that was seen.
    """
    desk.allow(Action.CREATE_FROM_TEMPLATE, request.noun)
    with under_key(desk, key, request.document()) as request_id:
        return _known(desk, request, request_id) or carry_out(desk, request, request_id)


def carry_out(desk: Desk, request: CloneRequest, request_id: UUID) -> Cloned | Kept:
    """Make the clone of a request that was not made before, or keep it."""
    desk.allow(Action.CREATE_FROM_TEMPLATE, request.noun)
    calls = desk.org.client.api_calls
    try:
        decided = _decided(desk, request, request_id)
    except (Unreachable, Retryable) as lost:
        # Nobody could say what of the template this user may see: nothing is decided yet, and nothing was sent.
        return keep(desk, request, request_id, (), reason=str(lost))
    if decided.faults:
        raise Invalid(decided.faults)
    made = tuple(Made(draft.noun, draft.id) for draft in decided.creates)
    creates = [Create(noun=d.noun, id=d.id, values=d.values, record_type=d.record_type) for d in decided.creates]
    try:
        plant(desk.org, creates, by=desk.by)
    except Unplanted as refused:
        if not refused.error.transient:
            faults = called(_blamed(desk, decided.creates, refused), request, lambda name: uuid5(request_id, name))
            raise Invalid(faults) from None
        return keep(desk, replace(request, seen=decided.seen), request_id, made, reason=str(refused))
    except (HalfPlanted, Unreachable, Retryable) as lost:
        return keep(desk, replace(request, seen=decided.seen), request_id, made, reason=str(lost))
    return Cloned(noun=request.noun, root_id=made[0].id, made=made, api_calls=desk.org.client.api_calls - calls)


def _known(desk: Desk, request: CloneRequest, request_id: UUID) -> Cloned | Kept | None:
    """Return what became of the same request before; its refusal is raised again."""
    kept = kept_before(desk, request_id)
    if kept and kept.ended_at is None:
        # What stands there of it meanwhile may be half of it.
        return Kept(kept.id, kept.last_error)
    done = _done_before(desk, request, request_id)
    if done or kept is None:
        return done
    if kept.refused:
        raise refusal(kept.refused)
    made = tuple(Made(each["noun"], UUID(each["id"])) for each in (kept.outcome or {})["made"])
    return Cloned(noun=request.noun, root_id=made[0].id, made=made, api_calls=0)


def _done_before(desk: Desk, request: CloneRequest, request_id: UUID) -> Cloned | None:
    """Return what the same request made before; people may have changed it since, and that stays."""
    root_id = uuid5(request_id, str(request.template_id))
    with desk.org.writing(by=desk.by) as connection:
        if root_id not in links.by_id(connection, [root_id]):
            return None
        trees = tree_ids(connection, desk.org.mappings, request.noun, [root_id])
    children = [Made(noun, child) for noun, homes in trees.items() for child in homes]
    return Cloned(noun=request.noun, root_id=root_id, made=(Made(request.noun, root_id), *children), api_calls=0)


def _decided(desk: Desk, request: CloneRequest, request_id: UUID) -> Clone:
    """Gather what a clone depends on, and decide."""
    found = template(desk, request.noun, request.template_id)
    if request.seen not in (None, found.seen_on(desk.today)):
        same = request.seen.startswith(found.seen)
        what = "A new day has begun" if same else f"The template {found.root.title} has changed"
        raise Changed(f"{what} since its preview; look at the preview again")

    def new_id(made_from: str) -> UUID:
        return uuid5(request_id, made_from)

    if request.kpis:
        desk.allow(Action.CREATE, KPI)
    seen = found.seen_on(desk.today)
    found, asked, strange = with_kpis(found, request, new_id)
    choices, faults = asked.choices(desk, found)
    chosen = chosen_references(desk, found, choices)
    faults += hidden_references(chosen, choices)
    with desk.org.writing(by=desk.by) as connection:
        around = setting(connection, desk, found, choices, chosen, calendar_name=request.calendar)
        decided = decide(found, choices, around, new_id=new_id)
        faults += [*strange, *decided.faults, *unknown_references(connection, desk.org.mappings, decided.creates)]
    # What nobody touched was saved with these values before.
    touched = {found.root.id, *(child for child, values in choices.edits.items() if values)}
    faults += [fault for draft in decided.creates if draft.source in touched for fault in _ruled(draft)]
    faults = called(faults, request, new_id)
    return replace(decided, seen=seen, faults=_each_once(faults, root_id=found.root.id))


def _ruled(draft: Draft) -> list[Fault]:
    """Name what the rules of its noun have against a new record; where it stands was decided with the whole."""
    if draft.noun not in rules.FAULTS:
        return []
    return [replace(f, record=str(draft.source)) for f in rules.FAULTS[draft.noun](draft.values, {}, rules.OPEN)]


def _each_once(faults: Iterable[Fault], *, root_id: UUID) -> tuple[Fault, ...]:
    """Return the first fault of each field; what is wrong with the root names no record."""
    plain = [replace(fault, record=None) if fault.record == str(root_id) else fault for fault in faults]
    return tuple({(fault.record, fault.field): fault for fault in reversed(plain)}.values())[::-1]


def _blamed(desk: Desk, drafts: Sequence[Draft], refused: Unplanted) -> list[Fault]:
    """Return the CRM's refusal at the record of the template that it is about."""
    blamed = next((d for d in drafts if refused.create and d.id == refused.create.id), drafts[0])
    record = None if blamed is drafts[0] else str(blamed.source)
    return rules.refused(desk.org.mappings[blamed.noun], refused.error, record=record)
