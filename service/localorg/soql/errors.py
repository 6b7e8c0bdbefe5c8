"""Refusals that show where in the query they arose, as Salesforce writes them."""

from __future__ import annotations

from service.localorg.errors import Refusal

_AROUND = 35

ADVICE = " Please reference your WSDL or the describe call for the appropriate names."


def refused(code: str, message: str, text: str, at: int) -> Refusal:
    """Return a refusal with the part of the query around a position and a caret under it."""
    start, end = _word_start(text, at - _AROUND), _word_end(text, at + _AROUND)
    row = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    shown = text[start:end].replace("\n", " ")
    return Refusal(code, f"\n{shown}\n{' ' * (at - start)}^\nERROR at Row:{row}:Column:{column}\n{message}")


def malformed(message: str, text: str, at: int) -> Refusal:
    """Return a MALFORMED_QUERY refusal."""
    return refused("MALFORMED_QUERY", message, text, at)


def _word_start(text: str, at: int) -> int:
    """Return the start of the first whole word from a position on."""
    if at <= 0:
        return 0
    blank = text.find(" ", at - 1)
    return blank + 1 if 0 <= blank < at + _AROUND else at


def _word_end(text: str, at: int) -> int:
    """Return the end of the last whole word before a position."""
    if at >= len(text):
        return len(text)
    blank = text.rfind(" ", at - _AROUND + 1, at + 1)
    return blank if blank >= 0 else at
