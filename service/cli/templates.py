"""`plansync templates`: the list of templates, their versions, their files, and clones of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from service.cli.clones import clone, preview
from service.cli.desks import as_option, at_desk
from service.cli.exits import Exit
from service.cli.options import json_option, org_option
from service.cli.output import emit, moment, say, show
from service.cli.progress import waiting
from service.cli.template_files import diff, export, import_file, lint_files, tell_differences
from service.config import Settings
from service.plans.template_finding import find_template
from service.plans.template_list import Entry, every_template
from service.plans.versions import publish, versions


@click.group("templates")
def templates_command() -> None:
    """Keep templates as files, publish their versions, and clone them."""


for command in (lint_files, diff, export, import_file, preview, clone):
    templates_command.add_command(command)


@templates_command.command("list")
@org_option
@json_option
@click.pass_obj
def list_them(settings: Settings, *, org_name: str | None, as_json: bool) -> Exit:
    """List the templates of the org with what they hold and the version that was published last."""
    with at_desk(settings, org_name) as desk:
        found = every_template(desk)
    if as_json:
        emit({"templates": [_entry(entry) for entry in found]})
    elif found:
        show(f"{len(found)} templates", ("Kind", "Name", "Holds", "Version", "Id"), map(_row, found))
    else:
        say("No template yet: tick Template on an objective, playbook or plan, or import a file.")
    return Exit.OK


def _entry(entry: Entry) -> dict[str, Any]:
    version = entry.newest.version if entry.newest else None
    return {"noun": entry.noun, "id": entry.id, "name": entry.name, "children": entry.children, "version": version}


def _row(entry: Entry) -> tuple[object, ...]:
    holds = ", ".join(
        f"{count} {noun.replace('_', ' ')}{'' if count == 1 else 's'}" for noun, count in entry.children.items()
    )
    version = entry.newest.version if entry.newest else "not published"
    return (entry.noun.replace("_", " "), entry.name, holds or "nothing", version, entry.id)


@templates_command.command("publish")
@click.argument("name", metavar="NAME|ID")
@click.option("--note", default="", help="What this version is for, kept with it.")
@as_option
@org_option
@json_option
@click.pass_obj
def publish_one(
    settings: Settings, *, name: str, note: str, username: str, org_name: str | None, as_json: bool
) -> Exit:
    """Keep what a template says now as its next version; unchanged, it keeps the one it has."""
    with at_desk(settings, org_name, username) as desk, waiting("publishing"):
        named = find_template(desk, name)
        published = publish(desk, named.noun, named.id, note=note)
    if as_json:
        emit({"template_id": named.id, **asdict(published)})
        return Exit.OK
    tell_differences(published.differences)
    done = "is published" if published.new else "stands: nothing has changed"
    say(f"{named.name}: version {published.version} {done}.")
    return Exit.OK


@templates_command.command("versions")
@click.argument("name", metavar="NAME|ID")
@org_option
@json_option
@click.pass_obj
def list_versions(settings: Settings, *, name: str, org_name: str | None, as_json: bool) -> Exit:
    """List the versions of a template, newest first."""
    with at_desk(settings, org_name) as desk:
        named = find_template(desk, name)
        found, zone = versions(desk, named.noun, named.id), desk.zone
    if as_json:
        emit({"template_id": named.id, "versions": [asdict(version) for version in found]})
    elif found:
        rows = [(each.version, moment(each.published_at, zone), each.published_by, each.note) for each in found]
        show(f"{named.name} (times in {zone})", ("#Version", "Published", "By", "Note"), rows)
    else:
        say(f"{named.name} was never published; `plansync templates publish` keeps its first version.")
    return Exit.OK
