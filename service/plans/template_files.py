"""Templates as files: reading one with every problem at once, and writing one that reads well."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from service.errors import PlansyncError
from service.mapping.model import Mappings, Problem
from service.mapping.yaml_file import read_yaml
from service.plans.blueprint import Blueprint
from service.plans.template_schema import GUIDE, read

WIDTH = 110


def load_file(path: Path, mappings: Mappings) -> tuple[Blueprint | None, list[Problem]]:
    """Return the template of a file and every problem of its form; no template where there is one."""
    document, problems = read_yaml(path, guide=GUIDE)
    if document is None:
        return None, problems
    blueprint, faults = read(document, mappings)
    problems += [Problem(path.name, key, message) for key, message in faults]
    return (None if problems else blueprint), sorted(problems)


class BadTemplate(PlansyncError):  # noqa: N818 - named for what is wrong with the file
    """A file that is no template, with every problem of it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def sound_file(path: Path, mappings: Mappings) -> Blueprint:
    """Return the template of a file; BadTemplate with every problem of its form."""
    blueprint, problems = load_file(path, mappings)
    if blueprint is None:
        raise BadTemplate(problems)
    return blueprint


def dump(document: dict[str, Any]) -> str:
    """Return a document as YAML: days with their sign, long texts as blocks, keys in the order of the form."""
    return yaml.dump(_shown(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)


class _Day(int):
    """Days from the anchor, written with a sign."""


class _Dumper(yaml.SafeDumper):
    """The safe dumper, with signed days, blocks for texts of several lines, nothing for nothing, lists in one line."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


_Dumper.add_representer(_Day, lambda dumper, day: dumper.represent_scalar("tag:yaml.org,2002:int", f"{day:+d}"))
_Dumper.add_representer(type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", ""))
_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)

_DAYS = {"start", "end", "target_date", "next_business_review"}


def _shown(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _shown(item, name) for name, item in value.items()}
    if key == "anchor":
        return date.fromisoformat(value)
    return _Day(value) if key in _DAYS and isinstance(value, int) else value
