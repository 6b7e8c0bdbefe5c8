"""Record types among what a client sent: they are the CRM's own and belong to no column (OB-47)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from service.domain.checks import shown
from service.domain.faults import Fault
from service.plans.windows import RECORD_TYPE

_CRM_ID = re.compile(r"012[0-9A-Za-z]{12}([0-9A-Za-z]{3})?")


def taken_out(given: Mapping[str, Any]) -> tuple[dict[str, Any], str | None, list[Fault]]:
    """Return what was sent without its record type, the CRM's id of that, and a fault if it is none."""
    rest = {column: raw for column, raw in given.items() if column != RECORD_TYPE}
    chosen = given.get(RECORD_TYPE)
    if chosen is None or (isinstance(chosen, str) and _CRM_ID.fullmatch(chosen)):
        return rest, chosen, []
    message = f"{shown(chosen)} is no id of a record type; choose one that the form offers, or leave it out"
    return rest, None, [Fault(field=RECORD_TYPE, code="unreadable", message=message)]
