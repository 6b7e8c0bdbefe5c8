"""What can go wrong with a formula: when it is compiled, and when it is evaluated."""

from __future__ import annotations


class FormulaError(Exception):
    """A formula that an org would refuse: the function, field or sign in question and why."""

    def __init__(self, subject: str, reason: str) -> None:
        super().__init__(reason)
        self.subject, self.reason = subject, reason


class NoResult(ArithmeticError):  # noqa: N818 - what Salesforce shows as #Error! is an empty result to the API
    """A value that a function cannot work with, such as VALUE("abc")."""
