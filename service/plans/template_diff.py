"""What differs between two templates: records that came, went or moved, and values, each under its key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.mapping.model import Mappings
from service.plans.blueprint import Blueprint, walk
from service.plans.template_document import own_words


class Change(StrEnum):
    """What became of something between two templates."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: of a whole record where `word` is empty, else of one key of it."""

    change: Change
    noun: str
    key: str
    word: str = ""
    old: Any = None
    new: Any = None


Told = Mapping[tuple[str, str], Mapping[str, Any]]
"""What a template tells of each record, by its noun and key."""


def compare(old: Blueprint, new: Blueprint, mappings: Mappings) -> list[Difference]:
    """Return what differs, in the order of the newer template, then what went."""
    before, after = _told(old, mappings), _told(new, mappings)
    return [
        *(difference for place in after for difference in _of(place, before.get(place), after[place])),
        *(
            Difference(change=Change.REMOVED, noun=noun, key=key, old=told.get("name") or told.get("description"))
            for (noun, key), told in before.items()
            if (noun, key) not in after
        ),
    ]


def same(old: Blueprint, new: Blueprint, mappings: Mappings) -> bool:
    """Say whether two templates make the same records."""
    return not compare(old, new, mappings)


def _told(blueprint: Blueprint, mappings: Mappings) -> Told:
    """Return the words of each record; the root stands under its noun alone, whatever key it has."""
    homes = {path: (piece.noun, piece.key) for path, piece in walk(blueprint.root)}
    told: dict[tuple[str, str], Mapping[str, Any]] = {}
    for path, piece in walk(blueprint.root):
        if not path:
            anchor = {"anchor": blueprint.anchor.isoformat()} if blueprint.anchor else {}
            told[piece.noun, ""] = {**anchor, **own_words(piece, mappings)}
        else:
            told[piece.noun, piece.key] = {**own_words(piece, mappings), "in": _home(path, homes)}
    return told


def _home(path: str, homes: Mapping[str, tuple[str, str]]) -> str | None:
    """Return the key of the record that holds this one; None in the template itself."""
    above = path.rpartition(".")[0].rpartition(".")[0]
    return homes[above][1] if above else None


def _of(place: tuple[str, str], old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Iterator[Difference]:
    noun, key = place
    if old is None:
        yield Difference(change=Change.ADDED, noun=noun, key=key, new=new.get("name") or new.get("description"))
        return
    for word in dict.fromkeys((*new, *old)):
        if old.get(word) != new.get(word):
            yield Difference(change=Change.CHANGED, noun=noun, key=key, word=word, old=old.get(word), new=new.get(word))
