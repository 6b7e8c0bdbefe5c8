"""What a deploy is given and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

from service.localorg.errors import InstallError, Origin
from service.localorg.schema.components import Component, Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What is to be deployed: components, the keys of those to delete, and what could not be read."""

    components: tuple[Component, ...] = ()
    deletions: tuple[Key, ...] = ()
    problems: tuple[InstallError, ...] = ()
    warnings: tuple[InstallError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one component."""

    origin: Origin
    created: bool = False
    changed: bool = False
    deleted: bool = False
    problem: str | None = None
    warning: bool = False
    """The problem did not keep the component from being deployed."""
    line: int | None = None

    @property
    def failed(self) -> bool:
        """Say whether the component was refused."""
        return self.problem is not None and not self.warning


@dataclass(frozen=True, slots=True)
class DeployResult:
    """The outcome of each component; nothing was deployed if one of them failed."""

    outcomes: tuple[Outcome, ...]
    check_only: bool = False

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """Return the components that were refused, one outcome per problem."""
        return tuple(outcome for outcome in self.outcomes if outcome.failed)

    @property
    def successes(self) -> tuple[Outcome, ...]:
        """Return the components that were not refused."""
        return tuple(outcome for outcome in self.outcomes if not outcome.failed)

    @property
    def succeeded(self) -> bool:
        """Say whether no component was refused."""
        return not self.failures


class DeployError(Exception):
    """A deploy that the org refused."""

    def __init__(self, result: DeployResult) -> None:
        super().__init__("; ".join(f"{failure.origin.full_name}: {failure.problem}" for failure in result.failures))
        self.result = result
