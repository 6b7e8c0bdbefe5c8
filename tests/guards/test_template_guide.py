"""The page about templates as files shows a file that is sound, and names what there is."""

from __future__ import annotations

import re
from pathlib import Path

import click

from service.cli.templates import templates_command
from service.config import ROOT
from service.mapping.choices import choices_from_package
from service.plans.blueprint import PARTS
from service.plans.template_files import load_file
from service.plans.template_lint import Known, known_choices, lint
from service.plans.template_schema import GUIDE
from tests.world import shipped

PAGE = (ROOT / GUIDE).read_text()


def test_the_example_is_a_sound_template(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert example
    path = tmp_path / "example.yaml"
    path.write_text(example[1])

    made, problems = load_file(path, shipped())

    assert problems == []
    assert made is not None
    known = Known(choices=known_choices(shipped(), choices_from_package(ROOT / "sfdx")))
    assert lint(made, path.name, known).problems == ()


def test_every_command_is_named_with_its_options() -> None:
    lines = dict(re.findall(r"^plansync templates ([a-z]+) +(.*)$", PAGE, re.MULTILINE))
    context = click.Context(templates_command)
    commands = {name: templates_command.get_command(context, name) for name in templates_command.list_commands(context)}

    assert {*lines, "list"} == set(commands)
    for name, line in lines.items():
        known = {option for parameter in commands[name].params for option in parameter.opts}
        assert set(re.findall(r"--?[a-z][a-z-]*", re.sub(r"\[\.\.\.\]|DE-BY", "", line))) <= known, name


def test_every_section_is_named() -> None:
    sections = {section for parts in PARTS.values() for section in parts}

    assert all(f"`{section}`" in PAGE for section in sections)
