"""Small mapping folders for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from service.mapping.load import load
from service.mapping.model import MappingErrors, ObjectMapping

PLAN = """
    object: Plan__c
    key: Key__c
    fields:
      name: {crm: Name, kind: text}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Write mapping files, each by its noun, and return their folder."""

    def write(**files: str) -> Path:
        for noun, text in files.items():
            (tmp_path / f"{noun}.yaml").write_text(dedent(text), encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture
def overlay(tmp_path: Path) -> Callable[[str], Path]:
    """Write the overlay of an org and return its path."""

    def write(text: str) -> Path:
        path = tmp_path / "acme.overlay"
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write


@pytest.fixture
def plan(folder: Callable[..., Path]) -> Callable[..., ObjectMapping]:
    """Load one object `plan` with these fields (`column={crm..., kind...}` as YAML) and other lines."""

    def build(*lines: str, **fields: str) -> ObjectMapping:
        listed = "".join(f"  {column}: {{{field}}}\n" for column, field in fields.items())
        text = "\n".join(["object: Plan__c", "key: Key__c", *lines, "fields:", listed])
        return load(folder(plan=text))["plan"]

    return build


@pytest.fixture
def refusals() -> Callable[..., list[str]]:
    """Load and return the problems as they are shown."""

    def collect(path: Path, **options: object) -> list[str]:
        with pytest.raises(MappingErrors) as refused:
            load(path, **options)  # type: ignore[arg-type]
        assert str(refused.value) == "\n".join(map(str, refused.value.problems))
        return [str(problem) for problem in refused.value.problems]

    return collect
