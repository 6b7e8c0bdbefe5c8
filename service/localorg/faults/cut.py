"""The end of a connection, as the code that serves it meets it."""

from __future__ import annotations

import errno


class Cut(ConnectionResetError):  # noqa: N818 - an end, named as such
    """Leave the call without an answer: the server closes the connection, a caller in-process sees it broken."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "the connection was cut")
