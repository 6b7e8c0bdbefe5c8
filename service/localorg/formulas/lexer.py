"""Cut a formula into tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.localorg.formulas.errors import FormulaError

_TOKEN = re.compile(
    r"""(?P<space>\s+|/\*.*?\*/)
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<name>\$?[A-Za-z]\w*(?:\.\w+)*)
      | (?P<sign>&&|\|\||<>|!=|==|<=|>=|[-+*/^&=<>!(),])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the formula: its kind (number, text, name, sign or end) and what it says."""

    kind: str
    text: str


def tokens(formula: str) -> Iterator[Token]:
    """Yield the tokens of a formula, without blanks and comments, and an end token."""
    at = 0
    while at < len(formula):
        match = _TOKEN.match(formula, at)
        if match is None:
            raise FormulaError(formula[at], f"Syntax error. Found '{formula[at]}'")
        if match.lastgroup != "space":
            yield _token(str(match.lastgroup), match.group())
        at = match.end()
    yield Token("end", "")


def _token(kind: str, text: str) -> Token:
    if kind == "text":
        text = _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), text[1:-1])
    return Token(kind, text)
