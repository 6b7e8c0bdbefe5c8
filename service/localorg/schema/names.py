"""API names with the namespace that a package is installed under."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CUSTOM = re.compile(r"(?!.*__.*__)[A-Za-z]\w*__[cr]", re.IGNORECASE)
_TOKEN = re.compile(
    r"""
    (?P<kept> "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | /\*.*?\*/ )
    | \$Permission\. (?P<permission> \w+ )
    | (?P<name> \b[A-Za-z]\w*__[cr]\b )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Names:
    """Turn the names in a package's source into those in the org."""

    namespace: str | None

    def own(self, name: str) -> str:
        """Return the name of something that only the package can own: a permission set, a value set."""
        return f"{self.namespace}__{name}" if self.namespace else name

    def api(self, name: str) -> str:
        """Return an object, field or relationship name; standard names stay as they are."""
        return self.own(name) if _CUSTOM.fullmatch(name) else name

    def path(self, path: str) -> str:
        """Return a dotted path such as `Account.Tags__c`, each part with its namespace."""
        return ".".join(self.api(part) for part in path.split("."))

    def formula(self, text: str) -> str:
        """Return a formula with its references renamed; strings and comments stay as they are."""
        return _TOKEN.sub(self._renamed, text)

    def _renamed(self, found: re.Match[str]) -> str:
        if found["permission"]:
            return f"$Permission.{self.own(found['permission'])}"
        return self.api(found["name"]) if found["name"] else found[0]
