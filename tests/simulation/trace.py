"""The trace of a run: everything that happened, in order, as one hash; the story of it for whoever wants to read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any


class Trace:
    """Note events; equal runs have equal digests (P11)."""

    def __init__(self, tell: Callable[[str], None] | None = None) -> None:
        self._hash, self._tell = hashlib.sha256(), tell

    def note(self, *what: Any) -> None:
        """Add one event."""
        line = json.dumps(what, default=str, ensure_ascii=False)
        self._hash.update(line.encode())
        if self._tell:
            self._tell(line)

    def digest(self) -> str:
        """Return the hash of all events so far."""
        return self._hash.hexdigest()
