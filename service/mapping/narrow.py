"""Narrowing: the mappings without what an org no longer offers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache

from service.mapping.model import Mappings, ObjectMapping

Part = tuple[str, str]
"""An object and one of its columns; no column stands for the whole object."""


@lru_cache(maxsize=256)
def without(mappings: Mappings, parts: frozenset[Part]) -> Mappings:
    """Return the mappings without these parts, and without what cannot be without them.

    Cached, since mappings are compared by identity: the same parts give the same mappings.
    """
    if not parts:
        return mappings
    gone = {noun for noun, column in parts if not column}
    # Parents stand before children.
    for mapping in mappings:
        if any(field.refers_to in gone and field.required for field in mapping.fields):
            gone.add(mapping.name)
    kept = [_narrowed(mapping, parts, gone) for mapping in mappings if mapping.name not in gone]
    return replace(mappings, objects=tuple(kept))


def _narrowed(mapping: ObjectMapping, parts: Collection[Part], gone: Collection[str]) -> ObjectMapping:
    fields = tuple(f for f in mapping.fields if (mapping.name, f.column) not in parts and f.refers_to not in gone)
    return mapping if len(fields) == len(mapping.fields) else replace(mapping, fields=fields)
