"""Deploy components to an org that has records: all of them or, with one problem, none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from service.localorg.deploy.conversions import conversion_problems
from service.localorg.deploy.deletions import deletion_problems, without
from service.localorg.deploy.permissions import carried_sets
from service.localorg.deploy.result import DeployResult, Outcome, Package
from service.localorg.errors import InstallError, Origin
from service.localorg.org import LocalOrg
from service.localorg.schema.components import Component, Key
from service.localorg.schema.model import Schema
from service.localorg.schema.names import Names
from service.localorg.schema.problems import Problems
from service.localorg.schema.reader import build_schema


def deploy_partly(org: LocalOrg, package: Package, *, check_only: bool = False) -> DeployResult:
    """Deploy what can be deployed without the components that are refused."""
    refused: list[Outcome] = []
    while True:
        result = deploy(org, package, check_only=check_only)
        rest = _without(package, {failure.origin for failure in result.failures})
        if result.succeeded or rest == package:
            return DeployResult((*refused, *result.outcomes), check_only)
        refused += result.failures
        package = rest


def _without(package: Package, refused: set[Origin]) -> Package:
    keys = {(origin.type, origin.full_name) for origin in refused}
    return replace(
        package,
        components=tuple(c for c in package.components if c.origin not in refused),
        deletions=tuple(key for key in package.deletions if key not in keys),
        problems=(),
    )


def deploy(org: LocalOrg, package: Package, *, check_only: bool = False) -> DeployResult:
    """Bring an org to what a package says, or say what keeps it from that."""
    with org.lock:
        before = org.components
        deployed = {component.key: component for component in package.components}
        after = without(before, package.deletions) | deployed
        schema, problems = _build(org, after, deployed)
        problems = [*package.problems, *deletion_problems(package, before, problems, deployed)]
        sound = {key: c for key, c in deployed.items() if all(c.origin != problem.origin for problem in problems)}
        problems += conversion_problems(org, schema, sound)
        if not problems and not check_only:
            org.adopt(schema, after.values())
    return DeployResult((*_refused(problems), *_done(package, before, {p.origin for p in problems})), check_only)


def _build(
    org: LocalOrg, after: dict[Key, Component], deployed: dict[Key, Component]
) -> tuple[Schema, list[InstallError]]:
    """Make the schema anew; permission sets that are not deployed lose what the new schema takes from them."""
    old = org.schema
    problems = Problems()
    prefixes = {name: sobject.key_prefix for name, sobject in old.objects.items() if sobject.custom}
    names = Names(old.namespace)
    parts = [c for c in after.values() if c.kind.type != "PermissionSet" or c.key in deployed]
    schema = build_schema(parts, names=names, prefixes=prefixes, problems=problems)
    staying = {names.own(c.name) for c in after.values() if c.kind.type == "PermissionSet"}
    kept = {name: found for name, found in old.permission_sets.items() if name in staying}
    sets = {**carried_sets(kept, schema), **schema.permission_sets}
    return replace(schema, permission_sets=sets), problems.found


def _refused(problems: Iterable[InstallError]) -> list[Outcome]:
    return [Outcome(origin=problem.origin, problem=problem.reason, line=problem.line) for problem in problems]


def _done(package: Package, before: dict[Key, Component], refused: set[Origin]) -> list[Outcome]:
    """Return the outcomes of the components that nothing was wrong with."""
    done = [
        Outcome(
            origin=component.origin,
            created=component.key not in before,
            changed=component.key in before and component.differs(before[component.key]),
        )
        for component in package.components
        if component.origin not in refused
    ]
    deleted = [
        Outcome(origin=Origin("destructiveChanges.xml", *key), deleted=True)
        for key in package.deletions
        if Origin("destructiveChanges.xml", *key) not in refused
    ]
    warned = [Outcome(origin=w.origin, problem=w.reason, line=w.line, warning=True) for w in package.warnings]
    return [*done, *deleted, *warned]
