"""What is wrong with a package, gathered so that all of it can be told at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from service.localorg.errors import InstallError


class Problems:
    """Note refusals and go on."""

    def __init__(self) -> None:
        self.found: list[InstallError] = []

    @contextmanager
    def noted(self) -> Iterator[None]:
        """End the block at a refusal and keep that."""
        try:
            yield
        except InstallError as error:
            self.found.append(error)
