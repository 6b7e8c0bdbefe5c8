"""Both sides of each org, kept open between jobs and requests: a sign-in for each would be slow, and orgs count them."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from uuid import UUID

from service.store.orgs import Org
from service.sync.context import Sync


class Sides:
    """The open sides of one process; an org's are opened anew when its login or its name for things changed."""

    def __init__(self, open_sides: Callable[[Org], Sync]) -> None:
        self._open_sides = open_sides
        self._open: dict[UUID, tuple[Org, Sync]] = {}
        self._lock = Lock()

    def of(self, org: Org) -> Sync:
        """Return an org's sides as it stands now."""
        with self._lock:
            known = self._open.pop(org.id, None)
            if known is None or known[0] != org:
                _close(known)
                known = (org, self._open_sides(org))
            self._open[org.id] = known
            return known[1]

    def close(self) -> None:
        """Close them all."""
        with self._lock:
            for known in self._open.values():
                _close(known)
            self._open.clear()


def _close(known: tuple[Org, Sync] | None) -> None:
    if known is not None:
        known[1].client.session.close()
