"""A template's file for tests, and mistakes in it."""

from __future__ import annotations

from pathlib import Path

from service.mapping.model import Problem
from service.plans.blueprint import Blueprint
from service.plans.template_files import load_file
from tests.world import shipped

ONBOARDING = Path(__file__).with_name("onboarding.yaml")


def with_changes(*changes: tuple[str, str]) -> str:
    """Return the file with other words in the place of some of its own."""
    text = ONBOARDING.read_text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def reading(folder: Path, text: str) -> tuple[Blueprint | None, list[Problem]]:
    """Read a text as a file."""
    path = folder / "onboarding.yaml"
    path.write_text(text)
    return load_file(path, shipped())


def blueprint(folder: Path, *changes: tuple[str, str]) -> Blueprint:
    """Return the template of the file with changes that its form allows."""
    made, problems = reading(folder, with_changes(*changes))
    assert made is not None, problems
    return made
