"""`plansync why`: say why a record did, or did not, sync."""

from __future__ import annotations

import click

from service.cli.exits import Exit
from service.cli.opening import opened, signed_in
from service.cli.options import json_option, org_option
from service.cli.output import emit, moment, say, show
from service.config import Settings
from service.store import orgs
from service.store.orgs import Org
from service.sync.why import Explanation, explain


@click.command()
@click.argument("record")
@org_option
@click.option("--ask-org", is_flag=True, help="Ask the CRM, too, what it shows of the record: one API call.")
@json_option
@click.pass_obj
def why(settings: Settings, *, record: str, org_name: str | None, ask_org: bool, as_json: bool) -> Exit:
    """Say why RECORD (an id of ours or of the CRM) did, or did not, sync."""
    with opened(settings) as services:
        org = orgs.named(services.engine, org_name)
        with signed_in(services, org) as sides:
            explanation = explain(sides, record, now=services.clock(), ask_org=ask_org)
    if as_json:
        emit({"org": org.name, **explanation.as_json()})
    else:
        _tell(org, explanation)
    return Exit.OK if explanation.id and not explanation.parked else Exit.ATTENTION


def _tell(org: Org, explanation: Explanation) -> None:
    for sentence in explanation.sentences:
        say(sentence)
    if explanation.fields:
        headings = ["Field", "In the CRM", "Direction", "Conflict", "Agreed", "Ours", "State"]
        rows = [[f.column, f.crm, f.direction, f.conflict, f.base, f.ours, f.state] for f in explanation.fields]
        if explanation.asked:
            headings.insert(-1, "Theirs")
            for row, field in zip(rows, explanation.fields, strict=True):
                row.insert(-1, field.theirs)
        show("Fields", headings, rows)
    if explanation.decisions:
        title = f"Last decisions, newest first (times in {org.time_zone})"
        lines = [
            (moment(line.at, org.time_zone), line.field, line.action, line.reason) for line in explanation.decisions
        ]
        show(title, ("When", "Field", "Action", "Reason"), lines)
