"""Which files a package may have, by kind, and which of them the org has a use for."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from service.localorg.errors import InstallError, Origin
from service.localorg.schema.kinds import BY_SUFFIX, Kind
from service.localorg.schema.nodes import Node, parse
from service.localorg.schema.xml import Element

DESCRIPTION = "-meta.xml"
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Component:
    """One piece of metadata, whether it had a file of its own or stood in that of its object."""

    kind: Kind
    name: str
    owner: str
    """The object that a field or rule belongs to; '' for others."""
    origin: Origin
    element: Element
    body: bytes = b""
    """The source of an Apex class: stored, and never run."""

    @property
    def key(self) -> Key:
        """Return type and full name, by which an org knows the component."""
        return self.kind.type, self.origin.full_name

    @property
    def node(self) -> Node:
        """Return the root element, to be read from the start."""
        return Node(self.origin, self.element)

    def differs(self, other: Component) -> bool:
        """Say whether the other one says something else."""
        return (self.element.children, self.body) != (other.element.children, other.body)


def make_component(kind: Kind, full_name: str, file: str, content: bytes, body: bytes = b"") -> Component:
    """Return the component that one file holds, or a body with the content that describes it."""
    origin = Origin(file, kind.type, full_name)
    owner, name = kind.split(full_name)
    return Component(kind, name, owner, origin, parse(origin, content, kind.type), body)


def make_described(kind: Kind, full_name: str, file: str, files: Mapping[str, bytes]) -> Component:
    """Return the component of a body and the file that describes it, neither of which may be missing."""
    for needed in (file, file + DESCRIPTION):
        if needed not in files:
            raise InstallError(Origin(file, kind.type, full_name), "file", f"{needed} is missing")
    return make_component(kind, full_name, file, files[file + DESCRIPTION], files[file])


def read_components(package: Path) -> list[Component]:
    """Return the components of a package in source format, having checked that every file is of a known kind."""
    files = {str(file): file for file in _files(package)}
    return [_read(file) for name, file in files.items() if not describes(name, files)]


def describes(file: str, files: Container[str]) -> bool:
    """Say whether a file is among others that which describes a body, and is read with that."""
    body = file.removesuffix(DESCRIPTION)
    kind = BY_SUFFIX.get(body.rpartition(".")[2])
    return kind is not None and kind.has_body and file != body and body in files


def _read(file: Path) -> Component:
    name, _, suffix = file.name.removesuffix(DESCRIPTION).rpartition(".")
    kind = BY_SUFFIX.get(suffix)
    if kind is None or not (kind.has_body or file.name.endswith(DESCRIPTION)):
        raise InstallError(_unnamed(file), "file", "not a kind of metadata that this org understands")
    full_name = _full_name(kind, name, file)
    if not kind.has_body:
        return make_component(kind, full_name, str(file), file.read_bytes())
    body = str(file).removesuffix(DESCRIPTION)
    pair = [path for path in (Path(body), Path(body + DESCRIPTION)) if path.exists()]
    return make_described(kind, full_name, body, {str(path): path.read_bytes() for path in pair})


def _full_name(kind: Kind, name: str, file: Path) -> str:
    if kind.tag:
        return f"{file.parent.parent.name}.{name}"
    return f"{file.parent.name}/{name}" if kind.in_folders else name


def _files(package: Path) -> Iterator[Path]:
    for folder in _package_directories(package):
        for file in sorted(folder.rglob("*")):
            if file.is_file() and not file.name.startswith("."):
                yield file


def _package_directories(package: Path) -> list[Path]:
    project = package / "sfdx-project.json"
    try:
        directories = json.loads(project.read_text(encoding="utf-8"))["packageDirectories"]
        folders = [package / directory["path"] for directory in directories]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InstallError(_unnamed(project), "packageDirectories", f"cannot be read: {error}") from error
    for folder in folders:
        if not folder.is_dir():
            raise InstallError(_unnamed(project), "packageDirectories", f"{folder} is not a folder")
    return folders


def _unnamed(file: Path) -> Origin:
    return Origin(str(file), "", "")
