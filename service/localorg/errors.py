"""What the org says when it refuses, in Salesforce's codes and shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a piece of metadata was read: its file, and the component by type and full name."""

    file: str
    type: str
    full_name: str

    def __str__(self) -> str:
        """Return the file, by which messages name the place."""
        return self.file


class InstallError(Exception):
    """Metadata that the org does not understand: where it was read, the element, its line and why."""

    def __init__(self, origin: Origin, element: str, reason: str, line: int = 1) -> None:
        super().__init__(f"{origin}: <{element}>: {reason}")
        self.origin, self.element, self.reason, self.line = origin, element, reason, line

    @property
    def path(self) -> str:
        """Return the file."""
        return self.origin.file


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a failure of the org
    """One Salesforce error: HTTP status, errorCode, message and the fields it names."""

    def __init__(self, code: str, message: str, *, fields: tuple[str, ...] = (), status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.fields, self.status = code, message, fields, status

    def as_row(self) -> dict[str, Any]:
        """Return the shape that collections use (`statusCode`)."""
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields)}

    def as_body(self) -> list[dict[str, Any]]:
        """Return the shape that single-record resources use (`errorCode`)."""
        body: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        if self.fields:
            body["fields"] = list(self.fields)
        return [body]


class Crash(Refusal):
    """An exception that a trigger did not catch: it takes along all rows that were handed to the trigger at once."""
