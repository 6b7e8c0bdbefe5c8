"""The rooms stand on top of each other as the design says, and the ground floor is pure."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOMAIN = sorted((ROOT / "service" / "domain").glob("*.py"))


def test_imports_run_downwards_only() -> None:
    # As a command of its own: it switches off whatever loggers the process has.
    linter = Path(sys.executable).parent / "lint-imports"
    ran = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (ran.returncode, "0 broken" in ran.stdout) == (0, True), ran.stdout


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
