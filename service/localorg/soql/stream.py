"""A stream of tokens that the parsers read from."""

from __future__ import annotations

from service.localorg.errors import Refusal
from service.localorg.soql.ast import Call, Expression, Path
from service.localorg.soql.errors import malformed
from service.localorg.soql.lexer import Token, tokens


class Stream:
    """Step through the tokens of a query; keywords are names that stand where the grammar wants them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens, self._at = tokens(text), 0

    @property
    def token(self) -> Token:
        """Return the token to be read next."""
        return self._tokens[self._at]

    def following(self) -> Token:
        """Return the token after the next one."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    def take(self) -> Token:
        """Step over a token and return it."""
        token = self.token
        if token.kind != "end":
            self._at += 1
        return token

    def skip(self, *expected: str) -> bool:
        """Step over keywords or signs if all of them come next."""
        coming = self._tokens[self._at : self._at + len(expected)]
        if [t.word or t.text for t in coming if t.kind in ("name", "sign")] != list(expected):
            return False
        self._at += len(expected)
        return True

    def demand(self, *expected: str) -> None:
        """Step over keywords or signs; refuse anything else."""
        for one in expected:
            if not self.skip(one):
                raise self.unexpected()

    def name(self) -> Token:
        """Step over a name."""
        if self.token.kind != "name":
            raise self.unexpected()
        return self.take()

    def path(self) -> Path:
        """Step over a field path."""
        token = self.name()
        return Path(tuple(token.text.split(".")), token.at)

    def expression(self) -> Expression:
        """Step over a field path or a function of one."""
        name = self.path()
        if not self.skip("("):
            return name
        argument = None if self.token.text == ")" else self.path()
        self.demand(")")
        return Call(str(name).upper(), argument, name.at)

    def number(self) -> int:
        """Step over a whole number."""
        if self.token.kind != "number" or not self.token.text.isdigit():
            raise self.unexpected()
        return int(self.take().text)

    def unexpected(self, token: Token | None = None) -> Refusal:
        """Return the refusal of a token (the next one) that has no place here."""
        token = token or self.token
        return malformed(f"unexpected token: '{token.text}'", self.text, token.at)
