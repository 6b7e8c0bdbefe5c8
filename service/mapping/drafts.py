"""Reading the files of the mappings: what has its shape, and every fault of each file by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.mapping.closed import Fault, is_our_name, read_shape
from service.mapping.model import Problem
from service.mapping.rules import Columns, Shape, column_faults, object_faults, twice_mapped
from service.mapping.schema import ObjectShape, OverlayShape
from service.mapping.yaml_file import read_yaml


@dataclass(frozen=True, slots=True)
class Drafts:
    """The readable part of all files, by noun, and what is wrong so far."""

    shapes: Mapping[str, Shape]
    extras: Mapping[str, Columns]
    problems: tuple[Problem, ...]


def read_drafts(folder: Path, overlay: Path | None, *, namespace: str | None) -> Drafts:
    """Read every file of the folder and the overlay; nothing is refused before all is read."""
    shapes: dict[str, Shape] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        shapes[path.stem], found = _read_object(path)
        problems += found
    if not shapes:
        problems.append(Problem(folder.name, "", "holds no mapping; name the folder that has the .yaml files"))
    extras, found = _read_overlay(overlay, shapes, namespace) if overlay is not None else ({}, [])
    return Drafts(shapes, extras, (*problems, *found))


def resolve(name: str, namespace: str | None) -> str:
    """Return the API name of a part of our package in an org where it has a namespace."""
    own = name.endswith("__c") and name.count("__") == 1
    return f"{namespace}__{name}" if namespace and own else name


def _read_object(path: Path) -> tuple[Shape, list[Problem]]:
    document, problems = read_yaml(path)
    if document is None:
        return {}, problems
    shape, faults = read_shape(ObjectShape(), document)
    columns = shape.get("columns", {})
    meant = [
        *object_faults(shape),
        *_within("fields", column_faults(columns, object_direction=shape.get("direction"))),
        *_within("fields", twice_mapped(columns)),
    ]
    if not is_our_name(path.stem):
        problems.append(Problem(path.name, "", "is named for no noun; use small letters, digits and _"))
    return shape, [*problems, *_problems(path, faults, meant)]


def _read_overlay(
    path: Path, shapes: Mapping[str, Shape], namespace: str | None
) -> tuple[dict[str, Columns], list[Problem]]:
    document, problems = read_yaml(path)
    if document is None:
        return {}, problems
    shape, faults = read_shape(OverlayShape(), document)
    extras = {noun: added.get("columns", {}) for noun, added in shape.get("overlay", {}).items()}
    meant: list[Fault] = []
    for noun, columns in extras.items():
        if noun in shapes:
            meant += _within(f"overlay.{noun}.fields", _extra_faults(columns, shapes[noun], namespace))
        else:
            meant.append((f"overlay.{noun}", f"is not a mapped object; write one of {', '.join(shapes)}"))
    return extras, [*problems, *_problems(path, faults, meant)]


def _extra_faults(columns: Columns, shape: Shape, namespace: str | None) -> Iterator[Fault]:
    shipped = shape.get("columns", {})
    for column in columns.keys() & shipped.keys():
        yield column, "is a column of the shipped mapping; choose another name"
    yield from column_faults(columns, object_direction=shape.get("direction"))
    taken = {resolve(known["crm"], namespace): name for name, known in shipped.items() if "crm" in known}
    yield from twice_mapped(columns, taken=taken)


def _problems(path: Path, shaped: Sequence[Fault], meant: Iterable[Fault]) -> Iterator[Problem]:
    """Yield the faults of shape, then those of meaning: what follows from a wrong shape is no second mistake."""
    places = {key for key, _ in shaped}
    for key, message in (*shaped, *(fault for fault in meant if fault[0] not in places)):
        yield Problem(path.name, key, message)


def _within(place: str, faults: Iterable[Fault]) -> Iterator[Fault]:
    return ((f"{place}.{key}", message) for key, message in faults)
