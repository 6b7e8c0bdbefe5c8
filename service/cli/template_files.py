"""`plansync templates lint | diff | export | import`: templates as files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from service.cli.desks import as_option, at_desk
from service.cli.exits import Exit
from service.cli.options import json_option, org_option
from service.cli.output import emit, say, show
from service.cli.progress import waiting
from service.config import Settings
from service.mapping.choices import choices_from_package
from service.mapping.load import load
from service.mapping.model import Mappings, Problem
from service.plans.template_diff import Difference, compare
from service.plans.template_document import write
from service.plans.template_files import dump, load_file, sound_file
from service.plans.template_finding import find_template
from service.plans.template_import import Plan, carry_out, plan_import
from service.plans.template_lint import Known, Linted, known_choices, lint
from service.plans.template_org import known_of
from service.plans.versions import Published, standing

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN = 60


@click.command("lint")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@org_option
@json_option
@click.pass_obj
def lint_files(settings: Settings, *, files: Sequence[Path], org_name: str | None, as_json: bool) -> Exit:
    """Check template files against the package, and with --org against that org: every problem at once."""
    if org_name is None:
        mappings = load(settings.mappings, overlay=settings.overlay)
        known = Known(choices=known_choices(mappings, choices_from_package(settings.package)))
    else:
        with at_desk(settings, org_name) as desk, waiting("asking the org"):
            mappings, known = desk.org.mappings, known_of(desk.org)
    linted = [_lint(path, mappings, known) for path in files]
    _tell_linted(linted, as_json=as_json)
    return Exit.ATTENTION if any(each.problems for each in linted) else Exit.OK


def _lint(path: Path, mappings: Mappings, known: Known) -> Linted:
    blueprint, problems = load_file(path, mappings)
    return Linted(problems=tuple(problems)) if blueprint is None else lint(blueprint, path.name, known)


def _tell_linted(linted: Sequence[Linted], *, as_json: bool) -> None:
    problems = [problem for each in linted for problem in each.problems]
    warnings = [warning for each in linted for warning in each.warnings]
    if as_json:
        shown = {"problems": _documents(problems), "warnings": _documents(warnings)}
        emit({"ok": not problems, "files": len(linted), **shown})
        return
    for problem in problems:
        say(str(problem))
    for warning in warnings:
        say(f"Warning: {warning}")
    say(f"{_count(len(linted), 'file')}: {_count(len(problems), 'problem')}, {_count(len(warnings), 'warning')}.")


def _documents(found: Iterable[Problem | Difference]) -> list[dict[str, Any]]:
    return [asdict(each) for each in found]


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


@click.command("diff")
@click.argument("file", type=_FILE)
@click.argument("other", required=False, type=_FILE)
@org_option
@json_option
@click.pass_obj
def diff(settings: Settings, *, file: Path, other: Path | None, org_name: str | None, as_json: bool) -> Exit:
    """Say what a FILE changes: beside an OTHER, older file, or beside the template of its key in the org.

    Exit code 1 when there are differences, as diff does.
    """
    if other is not None:
        mappings = load(settings.mappings, overlay=settings.overlay)
        differences = compare(sound_file(other, mappings), sound_file(file, mappings), mappings)
    else:
        with at_desk(settings, org_name) as desk, waiting("reading the org"):
            plan = plan_import(desk, sound_file(file, desk.org.mappings))
        differences = list(plan.differences)
        if plan.found is None:
            say("The org has no template of this key; importing the file would make one.")
    if as_json:
        emit({"differences": _documents(differences)})
    else:
        tell_differences(differences)
    return Exit.ATTENTION if differences else Exit.OK


def tell_differences(differences: Sequence[Difference]) -> None:
    """Print what differs between two templates."""
    if not differences:
        say("No differences.")
        return
    show(_count(len(differences), "difference"), ("Change", "Record", "Key", "Old", "New"), map(_row, differences))


def _row(difference: Difference) -> tuple[object, ...]:
    record = f"{difference.noun.replace('_', ' ')} {difference.key}".strip()
    values = (_shown(difference.old), _shown(difference.new))
    return (difference.change, record, difference.word, *values)


def _shown(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


@click.command("export")
@click.argument("name", metavar="NAME|ID")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@org_option
@json_option
@click.pass_obj
def export(settings: Settings, *, name: str, output: Path | None, org_name: str | None, as_json: bool) -> Exit:
    """Write a template of the org as YAML, to standard output or into a file."""
    with at_desk(settings, org_name) as desk:
        named = find_template(desk, name)
        found = standing(desk, named.noun, named.id)
        document = write(found.told.blueprint, desk.org.mappings)
    if output is not None:
        _save(output, dump(document))
    if as_json:
        emit({"template": document, "version": found.label, "file": str(output) if output else None})
    elif output is None:
        click.echo(dump(document), nl=False)
    else:
        say(f"{named.name} ({found.label}) is in {output}.")
    return Exit.OK


def _save(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written ({error.strerror}); name another file") from error


@click.command("import")
@click.argument("file", type=_FILE)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--note", default="", help="What this version is for, kept with it.")
@as_option
@org_option
@json_option
@click.pass_obj
def import_file(  # noqa: PLR0913 - one parameter an option
    settings: Settings, *, file: Path, dry_run: bool, note: str, username: str, org_name: str | None, as_json: bool
) -> Exit:
    """Make the template of a FILE in the org, or make the one of its key into what the file says: a new version."""
    with at_desk(settings, org_name, username) as desk, waiting("importing"):
        plan = plan_import(desk, sound_file(file, desk.org.mappings))
        published = None if dry_run else carry_out(desk, plan, note=note)
    if as_json:
        emit(
            {
                **_summary(plan),
                "version": published and published.version,
                "published": bool(published and published.new),
            }
        )
        return Exit.OK
    if plan.found is not None:
        tell_differences(plan.differences)
    say(_told(plan, published))
    return Exit.OK


def _summary(plan: Plan) -> dict[str, Any]:
    return {
        "template_id": plan.template_id,
        "new": plan.found is None,
        "creates": dict(Counter(create.noun for create in plan.changes.creates)),
        "updates": dict(Counter(update.noun for update in plan.changes.updates)),
        "removals": {noun: len(ids) for noun, ids in plan.changes.removals.items()},
        "differences": _documents(plan.differences),
    }


def _told(plan: Plan, published: Published | None) -> str:
    counts = _summary(plan)
    did = [f"{sum(counts[what].values())} {word}" for what, word in _DONE if counts[what]]
    done = f"{', '.join(did) or 'no'} record(s)"
    name = plan.blueprint.root.values["name"]
    if published is None:
        return f"Would make {name} {'anew' if plan.found is None else 'into what the file says'}: {done}."
    version = f"version {published.version} is published" if published.new else f"version {published.version} stands"
    return f"{name}: {done}; {version}."


_DONE = (("creates", "made"), ("updates", "changed"), ("removals", "removed"))
