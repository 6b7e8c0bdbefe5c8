"""Parse WHERE and HAVING."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from service.localorg.soql.ast import (
    Both,
    Comparison,
    Condition,
    Either,
    Expression,
    Join,
    Literal,
    Membership,
    Negation,
    Query,
    Range,
    Sort,
)
from service.localorg.soql.dates import COUNTED, PLAIN
from service.localorg.soql.errors import malformed
from service.localorg.soql.lexer import Token
from service.localorg.soql.stream import Stream

_OPERATORS = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_WORDS = {"TRUE": (Sort.BOOLEAN, True), "FALSE": (Sort.BOOLEAN, False), "NULL": (Sort.NULL, None)}
_DEEPEST = 100

Subquery = Callable[[Stream], Query]


def parse_condition(stream: Stream, subquery: Subquery, depth: int = 0) -> Condition:
    """Parse a condition; AND and OR mix only with parentheses, NOT stands alone, as in Salesforce's grammar."""
    if depth > _DEEPEST:
        raise malformed("conditions are nested too deeply", stream.text, stream.token.at)
    if stream.skip("NOT"):
        return Negation(_simple(stream, subquery, depth))
    parts = [_simple(stream, subquery, depth)]
    word = stream.token.word
    while word in ("AND", "OR") and stream.skip(word):
        parts.append(_simple(stream, subquery, depth))
    if len(parts) == 1:
        return parts[0]
    return Both(tuple(parts)) if word == "AND" else Either(tuple(parts))


def _simple(stream: Stream, subquery: Subquery, depth: int) -> Condition:
    if stream.skip("("):
        inner = parse_condition(stream, subquery, depth + 1)
        stream.demand(")")
        return inner
    if stream.token.word == "NOT":
        raise stream.unexpected()
    left = stream.expression()
    token = stream.token
    if token.text in _OPERATORS:
        stream.take()
        return Comparison(left, _OPERATORS[token.text], _literal(stream))
    if stream.skip("LIKE"):
        return Comparison(left, "LIKE", _literal(stream))
    return _set_condition(stream, left, subquery)


def _set_condition(stream: Stream, left: Expression, subquery: Subquery) -> Condition:
    for words in (("IN",), ("NOT", "IN"), ("INCLUDES",), ("EXCLUDES",)):
        if stream.skip(*words):
            return _members(stream, left, " ".join(words), subquery)
    raise stream.unexpected()


def _members(stream: Stream, left: Expression, operator: str, subquery: Subquery) -> Condition:
    stream.demand("(")
    if stream.token.word == "SELECT" and operator in ("IN", "NOT IN"):
        inner = subquery(stream)
        stream.demand(")")
        return Join(left, operator == "NOT IN", inner)
    found = [_literal(stream)]
    while stream.skip(","):
        found.append(_literal(stream))
    stream.demand(")")
    return Membership(left, operator, tuple(found))


def _literal(stream: Stream) -> Literal:
    token = stream.take()
    match token.kind:
        case "string":
            return Literal(Sort.STRING, token.text[1:-1], token.at)
        case "number":
            return Literal(Sort.NUMBER, float(token.text), token.at)
        case "date":
            return Literal(Sort.DATE, _day(stream, token), token.at)
        case "datetime":
            return Literal(Sort.DATETIME, _moment(stream, token), token.at)
        case "name":
            return _word(stream, token)
    raise stream.unexpected(token)


def _word(stream: Stream, token: Token) -> Literal:
    if token.word in _WORDS:
        sort, value = _WORDS[token.word]
        return Literal(sort, value, token.at)
    if token.word in PLAIN:
        return Literal(Sort.RANGE, Range(token.word, None), token.at)
    if token.word in COUNTED:
        stream.demand(":")
        return Literal(Sort.RANGE, Range(token.word, stream.number()), token.at)
    raise stream.unexpected(token)


def _day(stream: Stream, token: Token) -> date:
    try:
        return date.fromisoformat(token.text)
    except ValueError:
        raise malformed(f"Invalid date: {token.text}", stream.text, token.at) from None


def _moment(stream: Stream, token: Token) -> datetime:
    try:
        return datetime.fromisoformat(token.text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise malformed(f"Invalid datetime: {token.text}", stream.text, token.at) from None
