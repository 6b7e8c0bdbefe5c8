"""`plansync audit`: prove that both sides hold the same, or name what differs, and repair it if asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

import click

from service.cli.exits import Exit
from service.cli.opening import opened, signed_in
from service.cli.options import json_option, org_option
from service.cli.output import counted, emit, length, say, show
from service.cli.progress import bars
from service.config import Settings
from service.store import orgs
from service.store.orgs import Org
from service.sync.audit import Audit, audit, keep
from service.sync.context import Sync
from service.sync.differ import Finding
from service.sync.load import Progress
from service.sync.repair import repair
from service.wiring import Services

SHOWN = 20
"""Findings that are shown; `--json` names up to a thousand."""


@click.command("audit")
@org_option
@click.option("--object", "noun", metavar="OBJECT", help="Compare the records of this object only.")
@click.option(
    "--repair", "mend", is_flag=True, help="Mend what differs as the mapping says; values that lose are logged."
)
@json_option
@click.pass_obj
def audit_command(settings: Settings, *, org_name: str | None, noun: str | None, mend: bool, as_json: bool) -> Exit:
    """Compare every record of both sides and name what differs; what is under way is told apart."""
    with opened(settings) as services:
        org = orgs.named(services.engine, org_name)
        with signed_in(services, org) as sides:
            if noun is not None and noun not in {mapping.name for mapping in sides.mappings}:
                known = ", ".join(mapping.name for mapping in sides.mappings)
                raise click.UsageError(f"No object is called {noun!r}; there are {known}")
            began = services.clock()
            with bars(f"auditing {org.name}") as progress:
                made = _made(services, sides, noun, mend=mend, progress=progress)
            keep(sides, made)
            took = services.clock() - began
    _report(org, made, took=took, as_json=as_json)
    mended = mend and not made.repaired.get("left as it is")
    return Exit.DIFFERENT if made.differences and not mended else Exit.OK


def _made(services: Services, sides: Sync, noun: str | None, *, mend: bool, progress: Progress) -> Audit:
    now = services.clock()
    if mend:
        return repair(sides, now=now, clock=services.clock, noun=noun, progress=progress)
    return audit(sides, now=now, noun=noun, progress=progress)


def _report(org: Org, made: Audit, *, took: timedelta, as_json: bool) -> None:
    if as_json:
        emit({"org": org.name, **made.as_json(), "seconds": took})
        return
    title = f"{org.name}: both sides compared in {length(took)} with {made.api_calls} API calls"
    headings = ("Object", "#Ours", "#Theirs", "#Buckets differ", "#Differences", "#Under way")
    show(title, headings, [(noun, *asdict(tally).values()) for noun, tally in made.objects.items()])
    _list(f"Differences ({made.differences} in all)", made.found)
    _list(f"Under way ({sum(tally.waiting for tally in made.objects.values())} in all)", made.waiting)
    for what, reason in made.left_out.items():
        say(f"Not compared: {what}: {reason}")
    if made.repaired:
        say(f"Repaired: {counted(made.repaired)}. What is ours goes with the next `plansync sync`.")
    elif made.differences:
        say(
            "`plansync audit --repair` mends what differs as the mapping says; `plansync why RECORD` explains a record."
        )
    else:
        say("Nothing differs that is not under way.")


def _list(title: str, findings: Sequence[Finding]) -> None:
    if findings:
        headings = ("Object", "Our id", "CRM id", "What", "Fields: agreed, ours, theirs", "Under way because")
        show(title, headings, [_row(finding) for finding in findings[:SHOWN]])


def _row(finding: Finding) -> tuple[object, ...]:
    fields = "\n".join(f"{f.column}: {f.base!r}, {f.ours!r}, {f.theirs!r}" for f in finding.fields)
    return (finding.object, finding.id, finding.crm_id, finding.kind, fields, finding.waiting)
