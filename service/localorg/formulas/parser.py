"""Parse a formula into its tree by operator precedence."""

from __future__ import annotations

from decimal import Decimal

from service.localorg.formulas.ast import Binary, Call, Literal, Node, Reference, Unary
from service.localorg.formulas.errors import FormulaError
from service.localorg.formulas.lexer import Token, tokens

_BINDING = {
    "||": 1,
    "&&": 2,
    "=": 3,
    "<>": 3,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "&": 5,
    "*": 6,
    "/": 6,
    "^": 8,
}
_UNARY = 7
_SYNONYMS = {"==": "=", "!=": "<>"}
_WORDS: dict[str, bool | None] = {"TRUE": True, "FALSE": False, "NULL": None}
_DEEPEST = 100


def parse(formula: str) -> Node:
    """Return the tree of a formula; raise FormulaError where it is not one."""
    parser = _Parser(list(tokens(formula)))
    node = parser.expression(0)
    parser.expect("end", "")
    return node


class _Parser:
    def __init__(self, stream: list[Token]) -> None:
        self._stream, self._at, self._depth = stream, 0, 0

    def expression(self, binding: int) -> Node:
        """Parse operands as long as the operators between them bind tighter than `binding`."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise FormulaError("(", "Formula is nested too deeply")
        left = self._operand()
        while (operator := self._operator()) and _BINDING[operator] > binding:
            self._at += 1
            left = Binary(operator, left, self.expression(_BINDING[operator]))
        self._depth -= 1
        return left

    def expect(self, kind: str, text: str) -> None:
        """Step over one token, or say what is missing or too much."""
        token = self._stream[self._at]
        if token.kind != kind or token.text != text:
            raise FormulaError(token.text, f"Syntax error. Missing '{text}'" if text else _extra(token))
        self._at += 1

    def _operator(self) -> str | None:
        token = self._stream[self._at]
        text = _SYNONYMS.get(token.text, token.text)
        return text if token.kind == "sign" and text in _BINDING else None

    def _operand(self) -> Node:
        token = self._stream[self._at]
        self._at += 1
        match token.kind, token.text:
            case "number", text:
                return Literal(Decimal(text))
            case "text", text:
                return Literal(text)
            case "name", text:
                return self._named(text)
            case "sign", "(":
                inner = self.expression(0)
                self.expect("sign", ")")
                return inner
            case "sign", ("-" | "+" | "!") as sign:
                return Unary(sign, self.expression(_UNARY))
        raise FormulaError(
            token.text, _extra(token) if token.text else "Syntax error. Found nothing where a value belongs"
        )

    def _named(self, name: str) -> Node:
        following = self._stream[self._at]
        if (following.kind, following.text) == ("sign", "("):
            self._at += 1
            return Call(name.upper(), self._arguments())
        if name.upper() in _WORDS:
            return Literal(_WORDS[name.upper()])
        return Reference(name)

    def _arguments(self) -> tuple[Node, ...]:
        found: list[Node] = []
        if self._stream[self._at] == Token("sign", ")"):
            self._at += 1
            return ()
        while True:
            found.append(self.expression(0))
            if self._stream[self._at] != Token("sign", ","):
                break
            self._at += 1
        self.expect("sign", ")")
        return tuple(found)


def _extra(token: Token) -> str:
    return f"Syntax error. Extra '{token.text}'"
