"""What an org makes of a template: what it takes, whom it knows, what it fills in where a file says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from service.crm.errors import Refused
from service.crm.requests import describe
from service.domain.values import Row
from service.mapping.choices import choices_from_describe, defaults_from_describe
from service.mirror.connected import Connected
from service.plans.blueprint import PARTS, Blueprint, Piece, told
from service.plans.template_lint import Known, known_choices
from service.plans.template_people import people


def known_of(org: Connected) -> Known:
    """Return what an org's picklists take, what they hold by themselves, and who can be given work there."""
    mappings = [org.mappings[noun] for noun in PARTS]
    answers = org.client.composite([describe(mapping.sobject) for mapping in mappings])
    seen = [answer for answer in answers if not isinstance(answer, Refused)]
    there = defaults_from_describe(seen)
    defaults: Mapping[str, Row] = {
        mapping.name: {f.column: there[place] for f in told(mapping) if (place := (mapping.sobject, f.crm)) in there}
        for mapping in mappings
    }
    choices = known_choices(org.mappings, choices_from_describe(seen))
    return Known(choices=choices, defaults=defaults, people=people(org))


def as_there(blueprint: Blueprint, known: Known) -> Blueprint:
    """Return a sound template as this org will hold it: its defaults filled in, its people called as an export does."""
    return replace(blueprint, root=_as_there(blueprint.root, known))


def _as_there(piece: Piece, known: Known) -> Piece:
    return replace(
        piece,
        values={**known.defaults.get(piece.noun, {}), **piece.values},
        resources={known.people.alike(name): role for name, role in piece.resources.items()},
        parts=tuple(_as_there(part, known) for part in piece.parts),
    )
