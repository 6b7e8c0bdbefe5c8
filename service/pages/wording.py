"""How values read on a page: moments in the viewer's zone, lengths of time, nouns, outcomes with their icon."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, g
from markupsafe import Markup

from service.store.orgs import Org
from service.store.overview import Tally
from service.store.record_list import State
from service.sync.findings import State as Finding
from service.sync.overview import Health, Outcome, RunShown, way_out

NOUNS = {"cs_activity": "interaction", "cs_resource": "resource", "objective_kpi": "objective KPI"}
"""Nouns that read otherwise than they are spelt."""
KINDS = {
    "full": "everything",
    "cycle": "changes",
    "formulas": "formulas",
    "sweep": "all ids",
    "decide": "a decision",
    "repair": "a repair",
}
"""What a run was about."""
LOOKS: Mapping[str, str] = {
    Health.IN_STEP: "good",
    Health.RUNNING: "busy",
    Health.NEW: "new",
    Health.PAUSED: "paused",
    Health.ATTENTION: "warn",
    Health.LATE: "warn",
    Health.FAILED: "bad",
    Outcome.DONE: "good",
    Outcome.RUNNING: "busy",
    Outcome.FAILED: "bad",
    Outcome.CUT_OFF: "bad",
    State.TO_PUSH: "busy",
    State.PARKED: "warn",
    State.GONE: "new",
    Finding.OK: "good",
    Finding.WARNING: "warn",
    Finding.FAILURE: "bad",
    Finding.SKIPPED: "new",
    "allowed": "good",
    "refused": "bad",
}
"""The icon and colour of each health, outcome and state; the word always stands beside them."""
DIRECTIONS = {"both": "both ways", "pull": "from the CRM", "push": "to the CRM"}
POLICIES = {"theirs": "the CRM wins", "ours": "Plansync wins", "ask": "a person decides"}
COMMAND = re.compile(r"`([^`]+)`")
INVISIBLE = ("Cc", "Cf", "Zl", "Zp", "Co", "Cs")
MEANT = "\n\t\N{ZERO WIDTH JOINER}"


def visible(value: object) -> object:
    """Return text with every character shown that would not be seen, or would turn its neighbours round."""
    if not isinstance(value, str) or isinstance(value, Markup) or (value.isascii() and value.isprintable()):
        return value
    return "".join(_named(char) if _hides(char) else char for char in value)


def moment(at: datetime, zone: str) -> Markup:
    """Return a moment on the clock of a zone, with the zone's name."""
    local = at.astimezone(ZoneInfo(zone))
    shown = f"{local.day} {local:%b %Y, %H:%M:%S %Z}"
    return Markup('<time datetime="{}">{}</time>').format(local.isoformat(timespec="seconds"), shown)


def moment_here(at: datetime) -> Markup:
    """Return a moment on the viewer's clock."""
    return moment(at, g.get("zone", "UTC"))


def told_moment(text: str) -> Markup | str:
    """Return a moment that the CRM told, on the viewer's clock; as it was told, if it is none."""
    try:
        return moment_here(datetime.fromisoformat(text))
    except ValueError:
        return text


def clock_time(at: datetime) -> str:
    """Return the day and minute of a moment on the viewer's clock, for a chart's table."""
    local = at.astimezone(ZoneInfo(g.get("zone", "UTC")))
    return f"{local.day} {local:%b, %H:%M}"


def length(span: timedelta) -> str:
    """Return how long something took, in two units at most."""
    seconds = span.total_seconds()
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    return f"{hours} h {minutes_left} min" if hours else f"{minutes} min {rest} s"


def age(span: timedelta) -> str:
    """Return roughly how long ago something was."""
    minutes = int(span.total_seconds() // 60)
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"


def noun(name: str) -> str:
    """Return the word for an object."""
    return NOUNS.get(name, name.replace("_", " "))


def deeds(shown: RunShown) -> str:
    """Return what a run did, or why it broke off."""
    run = shown.run
    if run.ended_at is None:
        return "under way" if shown.outcome is Outcome.RUNNING else "it never noted its end"
    return run.error or ", ".join(f"{name} {count:,}" for name, count in run.counts.items() if count) or "nothing to do"


def with_code(sentence: str) -> Markup:
    """Return a sentence with its `commands` set as code; everything in it stays text."""
    parts = COMMAND.split(str(visible(sentence)))
    return Markup().join(
        Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(parts)
    )


def as_text(value: object) -> str:
    """Return a value of a record as text; of a whole record, its fields line by line."""
    if isinstance(value, dict):
        return "\n".join(f"{name}: {as_text(held)}" for name, held in value.items() if held is not None)
    if isinstance(value, bool | list):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def record_url(crm_id: str | None, org: Org) -> str | None:
    """Return where the CRM shows a record; None when it is not there."""
    web = urlsplit(org.instance_url).scheme in ("https", "http")
    return f"{org.instance_url}/{crm_id}" if web and crm_id else None


def shares(tally: Tally) -> list[tuple[str, float, float]]:
    """Return the state, start and width, in hundredths, of each part of an object's bar; what is gone has none."""
    parts = (("in-step", tally.in_step), ("to-push", tally.to_push), ("parked", tally.parked))
    whole = sum(count for _, count in parts)
    bars, start = [], 0.0
    for name, count in parts:
        if count:
            # A few parked among thousands must stay visible.
            width = max(100 * count / whole, 2.0)
            bars.append((name, min(start, 98.0), width))
            start += width
    return bars


def add_wording(app: Flask) -> None:
    """Give these words to the templates; no text reaches a page with something unseen in it."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.finalize = visible
    app.jinja_env.filters.update(
        moment=moment_here,
        told_moment=told_moment,
        clock_time=clock_time,
        length_of=length,
        age=age,
        noun=noun,
        deeds=deeds,
        with_code=with_code,
        as_text=as_text,
        shares=shares,
        way_out=way_out,
    )
    app.jinja_env.globals.update(
        looks=LOOKS, kinds=KINDS, directions=DIRECTIONS, policies=POLICIES, record_url=record_url
    )


def _hides(char: str) -> bool:
    return unicodedata.category(char) in INVISIBLE and char not in MEANT


def _named(char: str) -> str:
    return f"\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}U+{ord(char):04X}\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}"
