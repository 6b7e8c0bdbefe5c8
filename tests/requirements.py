"""List which requirements are proven, and by which tests: `scripts/coverage-of-requirements`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from contextlib import redirect_stdout
from io import StringIO

import pytest

ROWS = (*(f"OB-{number:02}" for number in range(1, 83)), *(f"CO-{number:02}" for number in range(1, 30)))
"""The rows of which each stated one needs a test: success plans, objectives and KPIs, and customers' objectives."""
DERIVED = frozenset(
    {
        *("OB-09", "OB-12", "OB-20", "OB-40", "OB-41", "OB-46", "OB-52", "OB-56", "OB-57", "OB-60", "OB-63", "OB-71"),
        *("OB-72", "OB-81", "CO-13", "CO-14", "CO-15", "CO-19"),
    }
)
"""Those of them that follow from stated ones; all others are stated."""
SCREENS: Mapping[str, str] = {
    "OB-10": "that Success Tracker lists what the Objectives tab does; the tab comes with the package",
    "OB-13": "the dialog's first step; which record types there are to choose from is proven",
    "OB-14": "the action in the panel of the workspace; an objective with its KPIs is proven",
    "OB-15": "the action on any page to which an admin adds the panel",
    "OB-16": "the button in Success Tracker",
    "OB-18": "the field that is filled on a plan's page; what follows from the plan is proven",
    "OB-19": "the field that is filled on an account's page",
    "OB-26": "Cards and List; that the last choice is remembered for each user is proven",
    "OB-27": "the Reload button; a template is read anew at every request",
    "OB-28": "the grid; what it shows is proven",
    "OB-32": "the message in place of the grid; the clone itself is proven",
    "OB-61": "the three places to delete from; deleting is proven",
    "OB-76": "the places to create KPIs from; creating them is proven",
    "OB-77": "the four places that show KPIs",
    "OB-78": "the places to edit KPIs from, by whether the objective has a plan",
    "OB-79": "the places to delete KPIs from, and the grid that has none",
    "CO-02": "the quick action on an account's page",
    "CO-22": "the list on an account's page; several edits at once are proven",
    "CO-26": "one click for each; the edit is proven",
}
"""What only a screen can show, by row."""
LATER: Mapping[str, str] = {
    "CO-06": "collaborators are records of their own, which there are none of yet",
    "CO-07": "nobody is notified yet",
    "CO-12": "no job completes an objective yet; when its target counts as reached is proven",
    "CO-13": "no job reads attributes yet",
    "CO-14": "no job reads attributes yet",
    "CO-15": "no job reads attributes yet",
    "CO-25": "comments and mentions are records of their own, which there are none of yet",
}
"""What is more than an objective's own fields and has yet to come, by row."""

Proofs = Mapping[str, Set[str]]


class Listing:
    """Collects the `req` markers of a run that executes nothing."""

    def __init__(self) -> None:
        self.proofs: dict[str, set[str]] = defaultdict(set)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note each test under the requirements that it carries."""
        for item in session.items:
            for marker in item.iter_markers("req"):
                for requirement in marker.args:
                    self.proofs[requirement].add(item.nodeid.partition("[")[0])


def main() -> int:
    """Print each requirement with its tests, and what is left; return the exit code."""
    listing = Listing()
    with redirect_stdout(StringIO()):
        code = int(pytest.main(["--collect-only", "--quiet"], [listing]))
    print("\n".join(report(listing.proofs)))
    return code or int(bool(unproven(listing.proofs)))


def unproven(proofs: Proofs) -> list[str]:
    """Return the stated rows that neither a test proves nor a reason excuses."""
    return [row for row in ROWS if row not in DERIVED and row not in {*proofs, *SCREENS, *LATER}]


def report(proofs: Proofs) -> Iterator[str]:
    """Yield the lines of the list."""
    for requirement in sorted({*proofs, *ROWS}, key=_order):
        yield _title(requirement, proofs)
        yield from (f"    {test}" for test in sorted(proofs.get(requirement, ())))
    yield from _named("Only a screen can show", SCREENS, proofs)
    yield from _named("Yet to come", LATER, proofs)
    missing = unproven(proofs)
    yield f"\nStated rows of OB and CO-01 to CO-29 without a test or a reason: {', '.join(missing) or 'none'}"
    yield f"{len(proofs)} requirements and promises are proven by tests"


def _title(requirement: str, proofs: Proofs) -> str:
    kind = f" [{'D' if requirement in DERIVED else 'S'}]" if requirement in ROWS else ""
    return f"{requirement}{kind}  {_counted(proofs.get(requirement, ()))}"


def _named(title: str, reasons: Mapping[str, str], proofs: Proofs) -> Iterator[str]:
    yield f"\n{title}:"
    yield from (f"    {row}  {reason} ({_counted(proofs.get(row, ()))})" for row, reason in reasons.items())


def _counted(tests: Set[str] | tuple[()]) -> str:
    return {0: "no test", 1: "1 test"}.get(len(tests), f"{len(tests)} tests")


def _order(requirement: str) -> tuple[str, int]:
    letters, number = re.fullmatch(r"([A-Z]+)-?(\d+)", requirement).groups()  # type: ignore[union-attr]
    return letters, int(number)


if __name__ == "__main__":
    raise SystemExit(main())
