"""List which requirements are proven, and by which tests: `scripts/coverage-of-requirements`."""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import redirect_stdout
from io import StringIO

import pytest


class Listing:
    """Collects the `req` markers of a run that executes nothing."""

    def __init__(self) -> None:
        self.proofs: dict[str, set[str]] = defaultdict(set)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note each test under the requirements that it carries."""
        for item in session.items:
            for marker in item.iter_markers("req"):
                self.proofs[marker.args[0]].add(item.nodeid.partition("[")[0])


def main() -> int:
    """Print each requirement with its tests; return the exit code."""
    listing = Listing()
    with redirect_stdout(StringIO()):
        code = pytest.main(["--collect-only", "--quiet"], [listing])
    for requirement in sorted(listing.proofs, key=_order):
        tests = sorted(listing.proofs[requirement])
        print(f"{requirement}  {len(tests)} {'test' if len(tests) == 1 else 'tests'}")
        print("\n".join(f"    {test}" for test in tests))
    print(f"{len(listing.proofs)} requirements and promises are proven by tests")
    return int(code)


def _order(requirement: str) -> tuple[str, int]:
    letters, number = re.fullmatch(r"([A-Z]+)-?(\d+)", requirement).groups()  # type: ignore[union-attr]
    return letters, int(number)


if __name__ == "__main__":
    raise SystemExit(main())
