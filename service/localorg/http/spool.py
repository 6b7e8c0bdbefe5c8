"""Lines kept on disk and read again from any row on, so that results of any size take constant memory."""

from __future__ import annotations

import weakref
from array import array
from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from threading import Lock

_IN_MEMORY = 1 << 18
_CHUNK = 1 << 16


class Spool:
    """Write lines one after the other and read any run of them."""

    def __init__(self, lines: Iterable[bytes] = ()) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - lives as long as the spool
        weakref.finalize(self, self._file.close)
        self._lock = Lock()
        self._starts = array("Q", [0])
        for line in lines:
            self._file.write(line)
            self._starts.append(self._starts[-1] + len(line))

    def add(self, line: bytes) -> None:
        """Write one more line."""
        with self._lock:
            self._file.seek(self._starts[-1])
            self._file.write(line)
        self._starts.append(self._starts[-1] + len(line))

    def __len__(self) -> int:
        return len(self._starts) - 1

    def size(self, start: int, count: int) -> int:
        """Return how many of the lines asked for there are."""
        return max(0, min(count, len(self) - start))

    def read(self, start: int, count: int) -> Iterator[bytes]:
        """Yield the bytes of lines `start` to `start + count` in chunks."""
        at, end = self._starts[start], self._starts[start + self.size(start, count)]
        while at < end:
            with self._lock:
                self._file.seek(at)
                chunk = self._file.read(min(_CHUNK, end - at))
            at += len(chunk)
            yield chunk
