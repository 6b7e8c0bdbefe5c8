"""Every stated rule has a test, or says why it has none; read from the tests' own text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.requirements import DERIVED, LATER, ROWS, SCREENS, report, unproven


@pytest.fixture(scope="module")
def marked(root: Path) -> frozenset[str]:
    """The requirements that tests are marked with."""
    # Not below the packages that clients of other languages brought.
    files = [*root.glob("tests/*/test_*.py"), *root.glob("tests/localorg/*/test_*.py"), *root.glob("tests/test_*.py")]
    return frozenset(row for file in files for row in _marks(ast.parse(file.read_text())))


def _marks(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "req":
            yield from (argument.value for argument in node.args if isinstance(argument, ast.Constant))


def test_every_stated_row_is_proven_or_says_why_not(marked: frozenset[str]) -> None:
    assert unproven({row: {"a test"} for row in marked}) == []


def test_what_is_marked_or_excused_is_a_row_that_there_is(marked: frozenset[str]) -> None:
    known = set(ROWS)
    assert known >= {*DERIVED, *SCREENS, *LATER}
    assert not SCREENS.keys() & LATER.keys()
    assert known >= {row for row in marked if row.startswith("OB-")}


def test_a_stated_row_without_a_test_or_a_reason_is_told() -> None:
    proofs = {row: {"a test"} for row in ROWS if row != "OB-43"}
    assert unproven(proofs) == ["OB-43"]
    lines = list(report(proofs))
    assert "OB-43 [S]  no test" in lines
    assert "OB-46 [D]  1 test" in lines
    assert lines[-2].endswith("without a test or a reason: OB-43")
