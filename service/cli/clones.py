"""`plansync templates preview | clone`: what a clone of a template would be, and making it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any
from uuid import uuid4

import click

from service.cli.desks import as_option, at_desk
from service.cli.exits import Exit
from service.cli.options import json_option, org_option
from service.cli.output import emit, say, show
from service.cli.progress import waiting
from service.config import Settings
from service.crm.errors import CrmError
from service.domain.cloning import Clone
from service.domain.redating import Shift
from service.plans import clone as clones
from service.plans.accounts import account_called
from service.plans.clone_requests import CloneRequest
from service.plans.desk import Desk
from service.plans.keeping import Kept
from service.plans.template_finding import Named, find_template
from service.plans.versions import Standing, standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line says of a clone."""

    template: str
    account: str
    name: str | None
    start: date | None
    calendar: str | None
    working_days: bool
    move_kpis: bool


def asking(command: Callable[..., Exit]) -> Callable[..., Exit]:
    """Give a command the words that ask for a clone, as one value."""

    @click.argument("template", metavar="NAME|ID")
    @click.option("--account", metavar="NAME|ID", required=True, help="The account that the clone is for.")
    @click.option("--name", help="What the clone is called; left out, as the template.")
    @click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help="When it starts; left out, today.")
    @click.option("--calendar", metavar="NAME", help="The holidays to look out for, such as DE-BY or US.")
    @click.option("--working-days", is_flag=True, help="Count distances in working days of the calendar.")
    @click.option("--move-kpis", is_flag=True, help="Let KPI dates follow a start of your own, too.")
    @wraps(command)
    def asked(*args: Any, start: datetime | None, **given: Any) -> Exit:
        words = {name: given.pop(name) for name in Asked.__slots__ if name != "start"}
        return command(*args, asked=Asked(start=start.date() if start else None, **words), **given)

    return asked


@click.command("preview")
@asking
@as_option
@org_option
@json_option
@click.pass_obj
def preview(settings: Settings, *, asked: Asked, username: str, org_name: str | None, as_json: bool) -> Exit:
    """Show what a clone of a template would be: old and new dates, what does not move, days off; nothing is made."""
    with at_desk(settings, org_name, username) as desk:
        request, named = _request(desk, asked)
        decided = clones.preview(desk, request)
        found = standing(desk, named.noun, named.id)
    if as_json:
        emit({"of": found.label, "seen": decided.seen, **_document(decided)})
    else:
        _tell(decided, found)
    return Exit.ATTENTION if decided.faults else Exit.OK


@click.command("clone")
@asking
@click.option("--key", help="Names this request: sent again with the same key, it makes nothing twice.")
@as_option
@org_option
@json_option
@click.pass_obj
def clone(
    settings: Settings, *, asked: Asked, key: str | None, username: str, org_name: str | None, as_json: bool
) -> Exit:
    """Make a clone of a template for an account: all of it, or nothing."""
    with at_desk(settings, org_name, username) as desk, waiting("cloning"):
        request, named = _request(desk, asked)
        made = clones.clone(desk, request, key=key or str(uuid4()))
        label = None if isinstance(made, Kept) else _label(desk, named)
    if isinstance(made, Kept):
        return _tell_kept(made, as_json=as_json)
    if as_json:
        emit({"of": label, **asdict(made)})
    else:
        of = f"{named.name} ({label})" if label else named.name
        say(f"Made {len(made.ids)} records of {of}, {made.noun} {made.root_id}.")
    return Exit.OK


def _label(desk: Desk, named: Named) -> str | None:
    """Return of which version a clone is; None where the org falls silent when it is asked what the user may see."""
    try:
        return standing(desk, named.noun, named.id).label
    except CrmError:
        return None


def _request(desk: Desk, asked: Asked) -> tuple[CloneRequest, Named]:
    named = find_template(desk, asked.template)
    values: dict[str, Any] = {"account_id": str(account_called(desk, asked.account))}
    request = CloneRequest(
        noun=named.noun,
        template_id=named.id,
        values=values | ({"name": asked.name} if asked.name else {}),
        start=asked.start,
        calendar=asked.calendar,
        working_days=asked.working_days,
        move_kpis=asked.move_kpis,
    )
    return request, named


def _tell_kept(kept: Kept, *, as_json: bool) -> Exit:
    if as_json:
        emit({"kept": kept.id})
    else:
        say(f"The org does not answer; the request is kept as {kept.id} and is tried again every minute.")
    return Exit.ATTENTION


def _document(decided: Clone) -> dict[str, Any]:
    return {
        name: [_plain(asdict(each)) for each in getattr(decided, name)]
        for name in ("shifts", "lost_edits", "off_days", "cautions", "faults")
    }


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    return {name: item.isoformat() if isinstance(item, date) else item for name, item in value.items()}


def _tell(decided: Clone, found: Standing) -> None:
    """Print every old and new date, then what somebody should know before making it (G1)."""
    off = {(day.record, day.column): day.name for day in decided.off_days}
    rows = [(*_dates(shift), off.get((shift.record, shift.column), "")) for shift in decided.shifts]
    title = f"{found.template.root.title} ({found.label}): {len(decided.creates)} records"
    show(title, ("Record", "Date", "In the template", "In the clone", "Why", "Day off"), rows)
    if found.draft:
        say(f"The template was changed since it was published: this is a {found.label}.")
    for sentence in _sentences(decided):
        say(sentence)


def _dates(shift: Shift) -> Sequence[object]:
    column = shift.column.removesuffix("_date").replace("_", " ")
    return (f"{shift.noun.replace('_', ' ')} {shift.title}", column, shift.old, shift.new, shift.why)


def _sentences(decided: Clone) -> Iterator[str]:
    for lost in decided.lost_edits:
        yield f"Lost: {lost.title} {lost.column}, edited to {lost.edited}, becomes {lost.becomes}."
    for caution in decided.cautions:
        yield f"Note: {caution.message}"
    for fault in decided.faults:
        yield f"Refused: {fault.field}: {fault.message}" if fault.field else f"Refused: {fault.message}"
