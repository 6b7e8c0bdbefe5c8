"""Deleting components: what goes along, and what others still refer to."""

from __future__ import annotations

import re
from collections.abc import Mapping

from service.localorg.deploy.result import Package
from service.localorg.errors import InstallError, Origin
from service.localorg.schema.components import Component, Key
from service.localorg.schema.kinds import OBJECT

DESTRUCTIVE = "destructiveChanges.xml"
_WHAT = {"CustomObject": "custom object", "CustomField": "custom field"}
_REFERENCED = "This {what} is referenced elsewhere in salesforce.com. : {kind} - {name}."


def without(components: Mapping[Key, Component], deletions: tuple[Key, ...]) -> dict[Key, Component]:
    """Return the components that stay: with an object, all that belongs to it goes."""
    objects = {name for kind, name in deletions if kind == OBJECT.type}
    return {key: c for key, c in components.items() if key not in deletions and c.owner not in objects}


def deletion_problems(
    package: Package,
    before: Mapping[Key, Component],
    problems: list[InstallError],
    deployed: Mapping[Key, Component],
) -> list[InstallError]:
    """Return the problems of building the schema, with those that a deletion causes told of the deleted component."""
    gone = [key for key in package.deletions if key in before]
    return [_blamed(problem, gone) if _key(problem) not in deployed else problem for problem in problems]


def _blamed(problem: InstallError, gone: list[Key]) -> InstallError:
    """Return a problem of a component that was fine until now as one of the deletion that it names."""
    for kind, full_name in gone:
        bare = full_name.rpartition(".")[2]
        if re.search(rf"\b(\w+__)?{re.escape(bare.removesuffix('__c'))}(__[cr])?\b", problem.reason):
            what, origin = _WHAT.get(kind, "component"), problem.origin
            reason = _REFERENCED.format(what=what, kind=origin.type, name=origin.full_name)
            return InstallError(Origin(DESTRUCTIVE, kind, full_name), problem.element, reason)
    return problem


def _key(problem: InstallError) -> Key:
    return problem.origin.type, problem.origin.full_name
