"""The promises, checked on a world after a run; each returns what is broken, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from service.domain.merging import Direction
from service.domain.values import Kind, Row
from service.mapping.model import FieldMapping
from service.mapping.wire import wire_row
from service.sync.follow import FOLLOW
from tests.simulation.business import PLAYED
from tests.simulation.memory import Change, Memory
from tests.simulation.sent import Sent
from tests.simulation.state import State
from tests.world import World


def broken(world: World, memory: Memory, sent: list[Sent]) -> list[str]:
    """Return every broken promise that shows in the end."""
    state = State(world)
    return [
        *converged(state),
        *nothing_lost(state, memory),
        *nothing_back(state, memory),
        *nothing_doubled(state),
        *no_echo(state, memory),
        *only_changes_sent(state, memory, sent),
    ]


def converged(state: State) -> Iterator[str]:
    """P1: both sides hold the same records with the same values, but for what waits with a reason."""
    for noun, there in state.there.items():
        for crm_id, theirs in there.items():
            link = state.by_crm.get(crm_id)
            if link is None:
                yield f"P1 {noun} {crm_id} is unknown here"
            elif link["id"] not in state.waiting:
                yield from _same(state, noun, link, theirs)
        for our_id in state.here[noun]:
            link = state.by_id[our_id]
            if our_id not in state.waiting and link["crm_id"] not in there:
                yield f"P1 {noun} {our_id} ({link['crm_id']}) is missing there"


def _same(state: State, noun: str, link: Any, theirs: Row) -> Iterator[str]:
    ours = state.here[noun].get(link["id"])
    if ours is None:
        yield f"P1 {noun} {link['crm_id']} is missing here"
        return
    for field in state.world.mappings[noun].fields:
        value = ours[field.column]
        excused = (link["id"], field.column) in state.asked or (field.refers_to and _waits(state, value))
        if value != theirs[field.column] and not excused:
            yield f"P1 {noun} {link['crm_id']} {field.column}: here {value!r}, there {theirs[field.column]!r}"


def _waits(state: State, our_id: Any) -> bool:
    return our_id is not None and UUID(str(our_id)) in state.waiting


def nothing_lost(state: State, memory: Memory) -> Iterator[str]:
    """P2: every accepted change stands, was superseded, or is named by the log or a parked record."""
    last: dict[tuple[str, str, str], int] = {}
    for change in memory.changes:
        last[change.side, change.record, change.column] = change.at
    said = _said(state)
    for change in memory.changes:
        link = state.by_crm.get(change.record) if change.side == "there" else state.by_id.get(UUID(change.record))
        if last[change.side, change.record, change.column] != change.at or link is None:
            continue
        if link["id"] in state.waiting or _reference(state, change) or _superseded(state, memory, change, link):
            continue
        ours = state.here[change.noun].get(link["id"], {}).get(change.column)
        if ours != change.value and (link["id"], change.column, change.value) not in said:
            yield f"P2 {change} got lost: the value is {ours!r}, and nothing says why"


def _superseded(state: State, memory: Memory, change: Change, link: Any) -> bool:
    """Say whether a change needs no line in the log: the record or the field was deleted by those who made it, or
    the CRM changed what only Plansync writes."""
    if change.side == "here":
        return link["id"] in memory.deleted_here
    return bool(link["gone"] or link["deleted"] or _ours_alone(state, change) or _lost(memory, change))


def _lost(memory: Memory, change: Change) -> bool:
    """Say whether the CRM has lost the value itself, with its field."""
    return change.at < memory.lost.get((change.noun, change.column), 0)


def _reference(state: State, change: Change) -> bool:
    return bool(state.world.mappings[change.noun].field(change.column).refers_to)


def _ours_alone(state: State, change: Change) -> bool:
    """Say whether only Plansync writes the field: what the CRM puts there is overwritten, seen or not."""
    return state.world.mappings[change.noun].field(change.column).direction is Direction.PUSH


def _said(state: State) -> set[tuple[UUID, str, Any]]:
    """Return every value that the decision log names, by record and column."""
    said: set[tuple[UUID, str, Any]] = set()
    for line in state.decisions:
        for side in ("base", "ours", "theirs"):
            values = line[side] if line["field"] is None else {line["field"]: line[side]}
            said |= {(line["link_id"], column, value) for column, value in (values or {}).items()}
    for item in state.parked:
        if item["field"]:
            said |= {(item["link_id"], item["field"], item["details"][side]) for side in ("base", "ours", "theirs")}
    return said


def nothing_back(state: State, memory: Memory) -> Iterator[str]:
    """P3: what was deleted stays deleted, on both sides, unless somebody is asked."""
    live = {crm_id for there in state.there.values() for crm_id in there}
    rows = {our_id for here in state.here.values() for our_id in here}
    for crm_id in memory.deleted_there - memory.undeleted:
        link = state.by_crm.get(crm_id)
        if crm_id in live:
            yield f"P3 {crm_id} was deleted there and is back"
        if link and link["id"] in rows and link["id"] not in state.waiting:
            yield f"P3 {crm_id} was deleted there and still stands here as {link['id']}"
    for our_id in memory.deleted_here:
        link = state.by_id[our_id]
        if link["crm_id"] in memory.undeleted or our_id in state.waiting:
            continue
        if our_id in rows or link["crm_id"] in live:
            yield f"P3 {our_id} ({link['crm_id']}) was deleted here and is back"


def nothing_doubled(state: State) -> Iterator[str]:
    """P4: no record was created twice: names of ours are unique, and so are keys."""
    for noun in PLAYED:
        rows = state.world.there(noun).values()
        keys = [row["Plansync_Id__c"] for row in rows if row["Plansync_Id__c"]]
        if len(keys) != len(set(keys)):
            yield f"P4 a key of {noun} is there twice"
        linked = [link["crm_id"] for link in state.links if link["object"] == noun and link["crm_id"]]
        if len(linked) != len(set(linked)):
            yield f"P4 a {noun} is linked twice"
        first = "description" if noun == "objective_kpi" else "name"
        names = [row.get(first) for row in state.there[noun].values() if str(row.get(first)).startswith("here ")]
        if noun != "playbook_task_dependency" and len(names) != len(set(names)):
            yield f"P4 a {noun} made here is there twice: {sorted(map(str, names))}"


def no_echo(state: State, memory: Memory) -> Iterator[str]:
    """P6: a value that only we have written is never met as a change of the CRM's."""
    said_there = {(change.record, change.column, change.value) for change in memory.changes if change.side == "there"}
    said_here = {(change.record, change.column, change.value) for change in memory.changes if change.side == "here"}
    for line in state.decisions:
        link = state.by_id.get(line["link_id"])
        if link is None or line["action"] not in ("pull", "theirs won", "ask"):
            continue
        column, value = line["field"], line["theirs"]
        theirs = value
        if state.world.mappings[line["object"]].field(column).refers_to:
            if value is None:
                continue  # a deletion clears what points at it, which nobody wrote
            theirs = state.by_id[UUID(value)]["crm_id"]
            if theirs in memory.undeleted or theirs in memory.winners:
                continue  # an undelete restores what pointed at it, a merge turns what pointed at the loser
        ours = (str(link["id"]), column, value)
        if ours in said_here and (link["crm_id"], column, theirs) not in said_there:
            yield f"P6 {line['object']} {link['crm_id']} {line['field']}: our own {line['theirs']!r} came back as a change"


def only_changes_sent(state: State, memory: Memory, sent: list[Sent]) -> Iterator[str]:
    """P8: what is sent is what somebody put there here, or what its parent has; see `_free` for what needs nobody."""
    here: dict[tuple[str, str], set[Any]] = {}
    for change in memory.changes:
        if change.side == "here":
            here.setdefault((change.record, change.column), set()).update(_on_the_wire(state, change))
    for line in state.decisions:
        if line["action"] == FOLLOW:
            followed = Change("here", line["object"], str(line["link_id"]), line["field"], line["ours"], 0)
            here.setdefault((followed.record, followed.column), set()).update(_on_the_wire(state, followed))
    for row in sent:
        link = state.by_crm.get(row.identity)
        our_id = row.identity if row.created else str(link["id"]) if link else row.identity
        for column, value in row.values.items():
            field = row.mapping.field(column)
            free = _free(memory, row.mapping.name, field, value) and field.direction is not Direction.PULL
            if not free and value not in here.get((our_id, column), ()):
                yield f"P8 {row.mapping.name} {our_id} {column}: {value!r} was sent, and nobody put it there here"


def _free(memory: Memory, noun: str, field: FieldMapping, value: Any) -> bool:
    """Say whether a value may be sent that no person put here: what a new record begins with, what only Plansync
    writes, references that a deletion cleared or a merge turned, and fields that were taken away and put back."""
    if field.refers_to:
        return value is None or value in memory.winners
    blank = field.kind is Kind.BOOLEAN and value is False
    return blank or field.direction is Direction.PUSH or (noun, field.column) in memory.lost


def _on_the_wire(state: State, change: Change) -> set[Any]:
    """Return what may be sent for a change: its value, or for a reference the key or the CRM id of its record."""
    values = {change.value}
    mapping = state.world.mappings[change.noun]
    if mapping.field(change.column).refers_to and change.value:
        link = state.by_id.get(UUID(str(change.value)))
        values |= {link["crm_id"]} if link else set()
    return {wired for value in values for wired in wire_row(mapping, {change.column: value}).values()}
