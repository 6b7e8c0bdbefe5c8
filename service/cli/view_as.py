"""`plansync view-as`: say what a user of the CRM may do, and why."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from service.access.view_as import PLAINLY, Answer, view_as
from service.cli.exits import Exit
from service.cli.opening import opened, signed_in
from service.cli.options import json_option, org_option
from service.cli.output import emit, moment, say, show
from service.config import Settings
from service.domain.permissions import RULES
from service.store import orgs
from service.store.orgs import Org


@click.command("view-as")
@click.argument("username")
@click.argument("record", default="")
@click.option(
    "--object", "noun", type=click.Choice(list(RULES)), default=PLAINLY, show_default=True, help="Without a RECORD."
)
@org_option
@json_option
@click.pass_obj
def view_as_command(
    settings: Settings, *, username: str, record: str, noun: str, org_name: str | None, as_json: bool
) -> Exit:
    """Say what the user USERNAME may do with RECORD (an id of ours or of the CRM), or with any of an object, and why.

    From the rights as they were last read (the job `rights`); with a RECORD, the CRM may be asked: one API call.
    """
    with opened(settings) as services:
        org = orgs.named(services.engine, org_name)
        with signed_in(services, org) as sides:
            answer = view_as(sides, username, noun=noun, record=record, now=services.clock())
    if as_json:
        emit(_document(org, answer))
    else:
        _tell(org, answer)
    return Exit.OK


def _document(org: Org, answer: Answer) -> dict[str, Any]:
    return {
        "org": org.name,
        "user": asdict(answer.person),
        "object": answer.noun,
        "record": answer.record,
        "record_name": answer.record_name,
        "mirrored_at": answer.mirrored_at,
        "held": [asdict(each) for each in answer.held],
        "actions": [{"action": action, **asdict(verdict)} for action, verdict in answer.verdicts],
    }


def _tell(org: Org, answer: Answer) -> None:
    person, zone = answer.person, org.time_zone
    about = f"{answer.record_name or answer.record} ({answer.noun})" if answer.record else RULES[answer.noun].plural
    say(f"{person.name} ({person.username}) and {about}, by the rights read {moment(answer.mirrored_at, zone)} {zone}:")
    rows = [(action, "yes" if verdict.allowed else "no", verdict.reason) for action, verdict in answer.verdicts]
    show("What the user may do", ("Action", "Allowed", "Why"), rows)
    if answer.held:
        held = [(each.permission, each.through, moment(each.expires_at, zone)) for each in answer.held]
        show("What the user holds", ("Custom permission", "Through", "Until"), held)
