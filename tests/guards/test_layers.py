"""The rooms stand on top of each other as the design says, and the ground floor is pure."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from importlinter import cli

ROOT = Path(__file__).parents[2]
DOMAIN = sorted((ROOT / "service" / "domain").glob("*.py"))


def test_imports_run_downwards_only(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)

    broken = cli.lint_imports(no_cache=True)

    report = capsys.readouterr().out
    assert broken == cli.EXIT_STATUS_SUCCESS, report
    assert "0 broken" in report


@pytest.mark.parametrize("path", DOMAIN, ids=lambda path: path.name)
def test_the_domain_knows_the_standard_library_and_itself_and_does_no_input_or_output(path: Path) -> None:
    doors = {
        "asyncio",
        "http",
        "io",
        "logging",
        "os",
        "pathlib",
        "random",
        "socket",
        "sqlite3",
        "subprocess",
        "time",
        "urllib",
    }
    pure = sys.stdlib_module_names - doors

    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            assert name.partition(".")[0] in pure or name.startswith("service.domain"), f"{path.name} imports {name}"
