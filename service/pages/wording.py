"""How values read on a page: moments in the org's zone, lengths of time, nouns, outcomes with their icon."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask
from markupsafe import Markup

from service.store.orgs import Org
from service.store.overview import ParkedRecord, Tally
from service.sync.overview import Health, Outcome, RunShown, way_out

NOUNS = {"cs_activity": "interaction", "cs_resource": "resource", "objective_kpi": "objective KPI"}
"""Nouns that read otherwise than they are spelt."""
KINDS = {"full": "everything", "cycle": "changes"}
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
}
"""The icon and colour of each health and outcome; the word always stands beside them."""
LONGEST_VALUE = 200
COMMAND = re.compile(r"`([^`]+)`")


def moment(at: datetime, zone: str) -> Markup:
    """Return a moment on the clock of a zone, with the zone's name."""
    local = at.astimezone(ZoneInfo(zone))
    shown = f"{local.day} {local:%b %Y, %H:%M:%S %Z}"
    return Markup('<time datetime="{}">{}</time>').format(local.isoformat(timespec="seconds"), shown)


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
    return "less than a minute ago"


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
    parts = COMMAND.split(sentence)
    return Markup().join(
        Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(parts)
    )


def value(at_stake: object) -> str:
    """Return a value of a conflict, shortened."""
    if at_stake is None:
        return "(empty)"
    text = str(at_stake)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}\N{HORIZONTAL ELLIPSIS}"


def record_url(item: ParkedRecord, org: Org) -> str | None:
    """Return where the CRM shows a record; None when it is not there."""
    web = urlsplit(org.instance_url).scheme in ("https", "http")
    return f"{org.instance_url}/{item.crm_id}" if web and item.crm_id else None


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
    """Give these words to the templates."""
    app.jinja_env.filters.update(
        moment=moment,
        length_of=length,
        age=age,
        noun=noun,
        deeds=deeds,
        with_code=with_code,
        value=value,
        shares=shares,
        way_out=way_out,
    )
    app.jinja_env.globals.update(looks=LOOKS, kinds=KINDS, record_url=record_url)
