"""package.xml and its destructive siblings: which components of which type a deploy is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.localorg.errors import InstallError, Origin
from service.localorg.schema.components import Key
from service.localorg.schema.kinds import LISTED
from service.localorg.schema.nodes import Node, parse
from service.localorg.schema.problems import Problems

ALL = "*"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The members that a manifest names, with their lines, and the API version."""

    origin: Origin
    members: Mapping[Key, int]
    version: str | None

    def names(self, key: Key) -> bool:
        """Say whether a component is a member, by its name or with all of its type."""
        return key in self.members or (key[0], ALL) in self.members


def read_manifest(file: str, content: bytes, problems: Problems) -> Manifest:
    """Read a manifest; what is wrong with single types is noted."""
    origin = Origin(file, "", file)
    node = Node(origin, parse(origin, content, "Package"))
    members: dict[Key, int] = {}
    for each in node.nodes("types"):
        with problems.noted():
            members |= _type(each, origin)
    version = node.text("version")
    node.ignore("fullName", "description", "apiAccessLevel", "namespacePrefix", "setupWeblink", "uninstallClass")
    node.close()
    return Manifest(origin, members, version)


def _type(node: Node, origin: Origin) -> dict[Key, int]:
    kind = node.need("name")
    if kind not in LISTED:
        raise InstallError(origin, "name", f"Unknown type name '{kind}' specified in {origin.file}", node.line)
    # The sf command line writes a folder of reports with a slash at its end.
    members = {(kind, name.rstrip("/")): node.line for name in node.texts("members")}
    node.close()
    return members
