"""From the files of a zip in metadata format to what is to be deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from service.localorg.deploy.archive import open_archive
from service.localorg.deploy.manifest import ALL, Manifest, read_manifest
from service.localorg.deploy.result import Package
from service.localorg.errors import InstallError, Origin
from service.localorg.schema.components import DESCRIPTION, Component, Key, describes, make_component, make_described
from service.localorg.schema.kinds import BY_FOLDER, NESTED, OBJECT, REPORT_FOLDER, Kind
from service.localorg.schema.problems import Problems

MANIFEST = "package.xml"
DESTRUCTIVE = ("destructiveChangesPre.xml", "destructiveChanges.xml", "destructiveChangesPost.xml")
_METADATA = "{http://soap.sforce.com/2006/04/metadata}"


@dataclass(slots=True)
class _Reading:
    """What has been found so far."""

    problems: Problems = field(default_factory=Problems)
    warnings: list[InstallError] = field(default_factory=list)
    components: dict[Key, Component] = field(default_factory=dict)


def read_deployment(content: bytes, present: Mapping[Key, Component]) -> Package:
    """Return what a zip asks of an org that has these components; what is wrong with it is among its problems."""
    files = _below_root(open_archive(content))
    reading = _Reading()
    if MANIFEST not in files:
        return Package(problems=(InstallError(Origin(MANIFEST, "", MANIFEST), "Package", "No package.xml found"),))
    with reading.problems.noted():
        manifest = read_manifest(MANIFEST, files[MANIFEST], reading.problems)
        _read_components(files, reading)
        _match(manifest, reading)
    deletions = [
        key for name in DESTRUCTIVE if name in files for key in _deletions(name, files[name], reading, present)
    ]
    return Package(
        components=tuple(reading.components.values()),
        deletions=tuple(dict.fromkeys(deletions)),
        problems=tuple(reading.problems.found),
        warnings=tuple(reading.warnings),
    )


def _below_root(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files by their paths below the package, which may stand in one folder."""
    if MANIFEST in files:
        return files
    tops = {name.partition("/")[0] for name in files}
    return {name.partition("/")[2]: content for name, content in files.items()} if len(tops) == 1 else files


def _read_components(files: Mapping[str, bytes], reading: _Reading) -> None:
    for file in files:
        if file in (MANIFEST, *DESTRUCTIVE) or describes(file, files):
            continue
        with reading.problems.noted():
            component = _component(file, files)
            parts = _taken_apart(component) if component.kind is OBJECT else [component]
            reading.components |= {part.key: part for part in parts}


def _component(file: str, files: Mapping[str, bytes]) -> Component:
    kind, full_name = _place(file)
    if kind.has_body:
        return make_described(kind, full_name, file.removesuffix(DESCRIPTION), files)
    return make_component(kind, full_name, file, files[file])


def _place(file: str) -> tuple[Kind, str]:
    """Return which component a file holds, by its folder and ending."""
    folder, _, rest = file.partition("/")
    kind = BY_FOLDER.get(folder)
    if kind is not None and rest.endswith(DESCRIPTION) and "/" not in rest and kind.in_folders:
        return REPORT_FOLDER, rest.removesuffix(DESCRIPTION)
    if kind is not None and kind.has_body:
        rest = rest.removesuffix(DESCRIPTION)
    if kind is None or not rest.endswith(f".{kind.suffix}") or ("/" in rest) != kind.in_folders:
        raise InstallError(Origin(file, "", file), "file", f"Unknown file in the package: {file}")
    return kind, rest.removesuffix(f".{kind.suffix}")


def _taken_apart(component: Component) -> Iterator[Component]:
    """Return an object without its parts, if anything is left, and each part as a component of its own."""
    own = [child for child in component.element.children if child.tag.removeprefix(_METADATA) not in NESTED]
    if own:
        yield replace(component, element=replace(component.element, children=own))
    for child in component.element.children:
        kind = NESTED.get(child.tag.removeprefix(_METADATA))
        if kind is None:
            continue
        names = [each.text.strip() for each in child.children if each.tag == f"{_METADATA}fullName"]
        name = names[0] if names else ""
        origin = Origin(component.origin.file, kind.type, f"{component.name}.{name}")
        yield Component(kind, name, component.name, origin, child)


def _match(manifest: Manifest, reading: _Reading) -> None:
    """Hold the manifest against the files: each must name what the other has."""
    for key, component in list(reading.components.items()):
        listed = component.kind.listed_as or component.kind.type
        if not manifest.names((listed, key[1])) and not manifest.names((OBJECT.type, component.owner)):
            reading.problems.found.append(InstallError(component.origin, "file", "Not in package.xml"))
            del reading.components[key]
    found = {(c.kind.listed_as or c.kind.type, c.origin.full_name) for c in reading.components.values()}
    found |= {(problem.origin.type, problem.origin.full_name) for problem in reading.problems.found}
    for (kind, name), line in manifest.members.items():
        if name != ALL and (kind, name) not in found:
            reason = (
                f"An object '{name}' of type {kind} was named in package.xml, but was not found in zipped directory"
            )
            reading.problems.found.append(InstallError(Origin(MANIFEST, "", name), "members", reason, line))


def _deletions(file: str, content: bytes, reading: _Reading, present: Mapping[Key, Any]) -> list[Key]:
    """Return the components to delete; one that is not there is only worth a warning."""
    with reading.problems.noted():
        manifest = read_manifest(file, content, reading.problems)
        for (kind, name), line in manifest.members.items():
            if (kind, name) not in present:
                origin = Origin(file, kind, name)
                reading.warnings.append(InstallError(origin, "members", f"No {kind} named: {name} found", line))
        return [key for key in manifest.members if key in present]
    return []
