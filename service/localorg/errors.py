"""What the org says when it refuses, in Salesforce's codes and shapes."""

from __future__ import annotations

from typing import Any


class InstallError(Exception):
    """Metadata that the org does not understand: the file, the element and why."""

    def __init__(self, path: object, element: str, reason: str) -> None:
        super().__init__(f"{path}: <{element}>: {reason}")
        self.path, self.element, self.reason = str(path), element, reason


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
