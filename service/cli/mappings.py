"""`plansync mappings`: check them against the package and an org, and show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import click

from service.cli.exits import Exit
from service.cli.opening import opened, signed_in
from service.cli.options import json_option, org_option
from service.cli.output import emit, plain, say, screen
from service.cli.output import show as show_table
from service.config import Settings
from service.mapping.check import check_against
from service.mapping.load import load
from service.mapping.model import FieldMapping, MappingErrors, ObjectMapping, Problem
from service.mapping.package import described_from_package
from service.store import orgs
from service.sync.fitness import described


@click.group()
def mappings() -> None:
    """Check and show which field of the CRM meets which column of ours."""


@mappings.command()
@org_option
@json_option
@click.pass_obj
def check(settings: Settings, *, org_name: str | None, as_json: bool) -> Exit:
    """Check the mappings against the package, and with --org against what that org shows: all problems at once."""
    try:
        problems = _against_package(settings)
        if org_name is not None:
            problems = sorted({*problems, *_against_org(settings, org_name)})
    except MappingErrors as error:
        problems = list(error.problems)
    _report(problems, against=org_name, as_json=as_json)
    return Exit.ATTENTION if problems else Exit.OK


@mappings.command()
@click.argument("noun", required=False)
@click.option("--namespace", metavar="PREFIX", help="Name the fields as an org with this namespace does.")
@json_option
@click.pass_obj
def show(settings: Settings, *, noun: str | None, namespace: str | None, as_json: bool) -> Exit:
    """Show the mapped objects, parents first, or the fields of one NOUN."""
    known = load(settings.mappings, namespace=namespace, overlay=settings.overlay)
    chosen = [mapping for mapping in known if noun in (None, mapping.name)]
    if not chosen:
        raise click.UsageError(f"{noun!r} is not mapped; mapped are {', '.join(mapping.name for mapping in known)}")
    if as_json:
        emit({"objects": [asdict(mapping) for mapping in chosen]})
    elif noun is None:
        show_table("Mappings, parents first", _OBJECT, map(_object_row, chosen))
    else:
        show_table(f"{noun}: {chosen[0].sobject}", _FIELD, map(_field_row, chosen[0].fields))
    return Exit.OK


def _against_package(settings: Settings) -> list[Problem]:
    # Without the overlay: it names fields of an org's own, which no package has.
    return check_against(load(settings.mappings), described_from_package(settings.package))


def _against_org(settings: Settings, org_name: str) -> list[Problem]:
    with opened(settings) as services:
        org = orgs.named(services.engine, org_name)
        with signed_in(services, org) as sides:
            return check_against(sides.mappings, described(sides))


def _report(problems: list[Problem], *, against: str | None, as_json: bool) -> None:
    if as_json:
        emit({"ok": not problems, "org": against, "problems": [asdict(problem) for problem in problems]})
        return
    for problem in problems:
        say(str(problem))
    where = f"the package and {against}" if against else "the package"
    count = {0: "no problem", 1: "1 problem"}.get(len(problems), f"{len(problems)} problems")
    screen(errors=True).print(plain(f"Mappings against {where}: {count}."))


_OBJECT = ("Object", "In the CRM", "Key", "Direction", "#Fields", "Creates there", "Deletes there")
_FIELD = ("Column", "In the CRM", "Kind", "Direction", "Conflict", "Refers to")


def _object_row(mapping: ObjectMapping) -> Iterable[object]:
    sends = [_yes(mapping.pushes_creates), _yes(mapping.pushes_deletes)]
    return (mapping.name, mapping.sobject, mapping.key, mapping.direction, len(mapping.fields), *sends)


def _field_row(field: FieldMapping) -> Iterable[object]:
    return (field.column, field.crm, field.kind, field.direction, field.conflict, field.refers_to)


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
