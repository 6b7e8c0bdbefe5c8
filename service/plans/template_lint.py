"""Linting a template's file: what its form allows and a clone of it would stumble over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from service.domain import kpis, objectives, playbooks, success_plans, tasks
from service.domain.checks import Choices, shown
from service.domain.dependencies import cycle
from service.domain.faults import Fault as DomainFault
from service.domain.values import Row
from service.mapping.choices import Choices as ChoicesThere
from service.mapping.closed import Fault
from service.mapping.model import Mappings, Problem
from service.plans.blueprint import Blueprint, Piece, day_word, row_of, size, walk
from service.plans.template_people import NOBODY, People

MOST_AT_ONCE = 500
"""Records that the CRM takes whole or not at all in one call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """What is wrong with a template, and what only deserves a look."""

    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a template is held against: what picklists take, by noun; of an org also its defaults and its people."""

    choices: Mapping[str, Choices] = field(default_factory=dict)
    defaults: Mapping[str, Row] = field(default_factory=dict)
    people: People = NOBODY


def known_choices(mappings: Mappings, there: ChoicesThere) -> Mapping[str, Choices]:
    """Return what our columns take, by noun, where a picklist of the CRM is restricted."""
    return {
        mapping.name: {
            f.column: set(there[place]) for f in mapping.fields if (place := (mapping.sobject, f.crm)) in there
        }
        for mapping in mappings
    }


def lint(blueprint: Blueprint, file: str, known: Known) -> Linted:
    """Return everything that is wrong with a template whose form is right."""
    places = dict(walk(blueprint.root))
    faults = [
        *_values(blueprint, places, known.choices),
        *_anchor(blueprint, places),
        *_keys(places),
        *_order(places),
        *(_people(places, known.people) if known.people is not NOBODY else ()),
    ]
    return Linted(
        problems=tuple(sorted(Problem(file, key, message) for key, message in faults)),
        warnings=tuple(Problem(file, key, message) for key, message in _size(blueprint)),
    )


Places = Mapping[str, Piece]


def _at(path: str, word: str) -> str:
    return f"{path}.{word}".strip(".")


def _values(blueprint: Blueprint, places: Places, choices: Mapping[str, Choices]) -> Iterator[Fault]:
    """Hold each record to the rules that hold for it wherever it comes from."""
    for path, piece in places.items():
        for fault in _record_faults(piece, row_of(blueprint, piece), choices.get(piece.noun, {})):
            yield _at(path, day_word(fault.field)), fault.message


def _record_faults(piece: Piece, values: Row, choices: Choices) -> list[DomainFault]:
    match piece.noun:
        case "success_plan":
            return success_plans.faults(values, choices)
        case "objective":
            return objectives.faults(values, {}, choices)
        case "playbook":
            return playbooks.faults(values, {}, choices)
        case "playbook_task":
            return tasks.faults(values, {}, choices)
        case _:
            return kpis.faults({**values, "objective_id": "the template's"}, choices)


def _anchor(blueprint: Blueprint, places: Places) -> Iterator[Fault]:
    if blueprint.anchor is None:
        for path, piece in places.items():
            for column in piece.days:
                yield (
                    "anchor",
                    f"is missing, and {_at(path, day_word(column))} counts from it; write a day like 2026-01-05",
                )
                return
        return
    starts = [piece.days["start_date"] for piece in places.values() if "start_date" in piece.days]
    first = blueprint.root.days.get("start_date", min(starts, default=None))
    if first != 0 and any(piece.days for piece in places.values()):
        yield (
            "start",
            "is not day +0, from which the days of a clone count; write `start: +0` and the day itself as the anchor",
        )


def _keys(places: Places) -> Iterator[Fault]:
    """Refuse a key that two records of one kind have: a key names one record, wherever it stands."""
    times = Counter((piece.noun, piece.key) for piece in places.values())
    for path, piece in places.items():
        if times[piece.noun, piece.key] > 1:
            noun = piece.noun.replace("_", " ")
            yield path, f"{piece.key!r} names more than one {noun} of this template; give each a key of its own"


def _order(places: Places) -> Iterator[Fault]:
    """Refuse tasks that wait for nobody there, for each other, or for longer than until they start."""
    by_key = {piece.key: piece for piece in places.values() if piece.noun == "playbook_task"}
    for path, task in places.items():
        for predecessor, lag in task.after.items():
            fault = _waits(task, by_key.get(predecessor), lag)
            if fault:
                yield _at(path, f"after.{predecessor}"), fault
    edges = [(task.key, other) for task in by_key.values() for other in task.after]
    circle = cycle(edges)
    if circle:
        path = next(path for path, piece in places.items() if piece is by_key[circle[0]])
        yield _at(path, "after"), f"waits for itself: {' -> '.join(circle)}; take one of these dependencies out"


def _waits(task: Piece, predecessor: Piece | None, lag: int) -> str | None:
    if predecessor is None:
        return "is no task of this template; write the key of one"
    start, end = task.days.get("start_date"), predecessor.days.get("end_date", predecessor.days.get("start_date"))
    if start is None or end is None or start >= end + lag:
        return None
    wait = f" and {lag} days must lie between" if lag else ""
    return (
        f"ends on day {end:+d}{wait}, and {task.key} starts on day {start:+d}; start it on day {end + lag:+d} or later"
    )


def _people(places: Places, people: People) -> Iterator[Fault]:
    for path, piece in places.items():
        for name in piece.resources:
            for message in people.faults(name):
                word = f"resources.{name}" if piece.noun == "playbook_task" else "resource"
                yield _at(path, word), message


def _size(blueprint: Blueprint) -> Iterator[Fault]:
    records = size(blueprint)
    if records > MOST_AT_ONCE:
        yield (
            "",
            (
                f"makes {shown(f'{records:,}')} records, and the CRM takes {MOST_AT_ONCE} at once: a clone goes in parts, "
                "and what was made is taken back if one is refused; split it if you can"
            ),
        )
