"""Who calls: what they may do, and what they prefer."""

from __future__ import annotations

import json
import re
from typing import Any

from marshmallow import Schema, ValidationError, fields

from service.api.blueprint import Blueprint
from service.api.door import desk, visit
from service.api.shapes import Shown
from service.domain.faults import Fault
from service.domain.permissions import Action, decide
from service.plans.refusals import Invalid, Missing
from service.store import preferences

MOST_CHARACTERS = 16_384
UNKEPT = re.compile(r"\\u0000|[\ud800-\udfff]")
NAME = "string(maxlength=60)"
NAMED = re.compile(r"[\w.:-]+", re.ASCII)
MOST_NAMES = 100
"""Preferences that each user may keep."""


class Verdict(Schema):
    """Whether something may be done, and why."""

    noun = fields.String(required=True)
    action = fields.String(required=True)
    allowed = fields.Boolean(required=True)
    reason = fields.String(required=True)


class Me(Shown):
    """Who calls, and what they may do with what."""

    org = fields.String(required=True)
    user_id = fields.String(required=True, metadata={"description": "The user's id in the CRM"})
    name = fields.String(required=True)
    rights = fields.List(fields.String(), required=True)
    verdicts = fields.List(fields.Nested(Verdict), required=True)


def _can_be_kept(value: dict[str, Any]) -> None:
    text = json.dumps(value, ensure_ascii=False)
    if len(text) > MOST_CHARACTERS:
        raise ValidationError(f"Keep it under {MOST_CHARACTERS} characters of JSON")
    if UNKEPT.search(text):
        raise ValidationError("Leave out NUL and halves of surrogate pairs: no database keeps them")


class Preference(Schema):
    """What somebody chose on a screen; its meaning is the screen's."""

    value = fields.Dict(keys=fields.String(), required=True, validate=_can_be_kept)


def me() -> Blueprint:
    """Return the resources about whoever calls."""
    rooms = Blueprint("me", __name__, url_prefix="/me", description="Who calls")

    @rooms.route("", methods=["GET"])
    @rooms.response(200, Me)
    def rights() -> dict[str, Any]:
        """Say who you are to us, and what you may do."""
        user = desk().user
        return {
            "org": visit().org.name,
            "user_id": user.crm_id,
            "name": user.name,
            "rights": sorted(user.rights),
            "verdicts": [_verdict(mapping.name, action) for mapping in desk().org.mappings for action in Action],
        }

    @rooms.route(f"/preferences/<{NAME}:name>", methods=["GET"])
    @rooms.response(200, Preference)
    def preference(name: str) -> dict[str, Any]:
        """Show what you prefer."""
        _demand_name(name)
        with desk().org.writing(by=desk().by) as connection:
            value = preferences.read(connection, desk().user.crm_id, name)
        if value is None:
            raise Missing(f"Nothing was chosen as {name!r} yet")
        return {"value": value}

    @rooms.route(f"/preferences/<{NAME}:name>", methods=["PUT"])
    @rooms.arguments(Preference)
    @rooms.response(200, Preference)
    def prefer(given: dict[str, Any], name: str) -> dict[str, Any]:
        """Remember what you prefer (OB-26)."""
        _demand_name(name)
        with desk().org.writing(by=desk().by) as connection:
            known = preferences.names(connection, desk().user.crm_id)
            if name not in known and len(known) >= MOST_NAMES:
                raise _unnamed("too_many", f"You keep {MOST_NAMES} preferences already; use one of their names")
            preferences.keep(connection, desk().org.org_id, desk().user.crm_id, name, given["value"])
        return given

    return rooms


def _demand_name(name: str) -> None:
    if not NAMED.fullmatch(name):
        raise _unnamed("unreadable", "Name it with ASCII letters, digits, dots, colons, hyphens and underscores")


def _unnamed(code: str, message: str) -> Invalid:
    return Invalid([Fault(field="name", code=code, message=message)])


def _verdict(noun: str, action: Action) -> dict[str, Any]:
    verdict = decide(desk().user.rights, action, noun)
    return {"noun": noun, "action": action.value, "allowed": verdict.allowed, "reason": verdict.reason}
