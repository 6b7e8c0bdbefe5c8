"""Cut a query into tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.localorg.soql.errors import malformed

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<datetime>\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[-+]\d\d:?\d\d))
      | (?P<date>\d{4}-\d\d-\d\d)
      | (?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.])
      | (?P<string>'(?:[^'\\]|\\.)*')
      | (?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
      | (?P<sign>!=|<>|<=|>=|[=<>(),:])""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the query: its kind, what it says and where it stands."""

    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """Return a name in upper case, to compare it with keywords; '' for other kinds."""
        return self.text.upper() if self.kind == "name" else ""


def tokens(text: str) -> list[Token]:
    """Return the tokens of a query, without blanks, and an end token."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            message = (
                "unexpected token: '<EOF>'"
                if text[at] == "'"
                else f"line 1:{at} no viable alternative at character '{text[at]}'"
            )
            raise malformed(message, text, at)
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match.group(), at))
        at = match.end()
    found.append(Token("end", "<EOF>", len(text)))
    return found
