"""Which files a package may have, by kind, and which of them the org has a use for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.localorg.errors import InstallError
from service.localorg.schema.nodes import Node, parse

_READ = {
    "object": "CustomObject",
    "field": "CustomField",
    "validationRule": "ValidationRule",
    "recordType": "RecordType",
    "fieldSet": "FieldSet",
    "globalValueSet": "GlobalValueSet",
    "permissionset": "PermissionSet",
    "customPermission": "CustomPermission",
}
"""Kinds that make the schema, with their root elements."""
_SHOWN = {
    "app": "CustomApplication",
    "compactLayout": "CompactLayout",
    "flexipage": "FlexiPage",
    "layout": "Layout",
    "listView": "ListView",
    "report": "Report",
    "reportFolder": "ReportFolder",
    "reportType": "ReportType",
    "tab": "CustomTab",
}
"""Kinds that only shape screens and reports: checked for their form, otherwise without effect."""
_ENDING = "-meta.xml"


@dataclass(frozen=True, slots=True)
class Component:
    """One metadata file."""

    kind: str
    name: str
    owner: str
    """The object that a field or rule belongs to; '' for others."""
    node: Node


def read_components(package: Path) -> list[Component]:
    """Return the components that make the schema, having checked that every file is of a known kind."""
    components = []
    for file in _files(package):
        name, _, kind = file.name.removesuffix(_ENDING).rpartition(".")
        root = (_READ | _SHOWN).get(kind)
        if root is None or not file.name.endswith(_ENDING):
            raise InstallError(file, "file", "not a kind of metadata that this org understands")
        node = parse(file, root)
        if kind in _READ:
            components.append(Component(kind, name, _owner(file, kind), node))
    return components


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
        raise InstallError(project, "packageDirectories", f"cannot be read: {error}") from error
    for folder in folders:
        if not folder.is_dir():
            raise InstallError(project, "packageDirectories", f"{folder} is not a folder")
    return folders


def _owner(file: Path, kind: str) -> str:
    if kind == "object":
        return file.parent.name
    return file.parent.parent.name if kind in ("field", "validationRule", "recordType", "fieldSet") else ""
