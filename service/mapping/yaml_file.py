"""Reading one YAML file strictly: a key given twice and a broken line are problems, not surprises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from service.mapping.model import Problem


def read_yaml(path: Path, *, guide: str = "mappings/README.md") -> tuple[dict[Any, Any] | None, list[Problem]]:
    """Return the document and its problems; None where there is no mapping of keys to read."""
    try:
        loader = _StrictLoader(path.read_text(encoding="utf-8"))
        document = loader.get_single_data()
    except OSError as error:
        return None, [Problem(path.name, "", f"cannot be read ({error.strerror}); check the path and its rights")]
    except UnicodeDecodeError:
        return None, [Problem(path.name, "", "is not UTF-8 text; save it as UTF-8")]
    except yaml.YAMLError as error:
        return None, [Problem(path.name, "", _explain(error))]
    problems = [Problem(path.name, "", message) for message in loader.twice]
    if not isinstance(document, dict):
        return None, [*problems, Problem(path.name, "", f"holds no keys; see {guide} for the form")]
    return document, problems


class _StrictLoader(yaml.SafeLoader):
    """The safe loader, without dates (they stay text) and noting keys that are given twice."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.twice: list[str] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Build a mapping and note each key that is in it twice."""
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                self.twice.append(f"line {key.start_mark.line + 1}: {name!r} is given twice; keep one")
            seen.add(name)
        return super().construct_mapping(node, deep)


_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _explain(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: is not YAML ({error.problem}); correct the line"
    return f"is not YAML ({str(error).splitlines()[0]}); take the character out"
