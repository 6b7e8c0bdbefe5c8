"""View as: what a user of the CRM may do with a record, or with any of an object, and why (G15)."""

from __future__ import annotations

from flask import Blueprint, render_template

from service.access.view_as import PLAINLY, Answer, Unanswerable, view_as
from service.domain.permissions import RULES
from service.pages import asked
from service.pages.here import here


def add_to(pages: Blueprint) -> None:
    """Add the page."""

    @pages.get("/view-as", endpoint="view_as")
    def show() -> str:
        """Ask for a user, and perhaps a record; then say what the user may do, action by action."""
        user, record = asked.word("user"), asked.word("record")
        noun = asked.choice("object", RULES) or PLAINLY
        answer, problem = _answer(user, noun, record) if user else (None, "")
        return render_template(
            "view_as.html", user=user, record=record, noun=noun, rules=RULES, answer=answer, problem=problem
        )


def _answer(user: str, noun: str, record: str) -> tuple[Answer | None, str]:
    """Return the answer, or why there is none."""
    try:
        with here().sync() as sides:
            return view_as(sides, user, noun=noun, record=record, now=here().now), ""
    except Unanswerable as error:
        return None, str(error)
