"""What no file of the program does: read the clock inside, print, read the environment, keep a naive moment."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "service"
SOURCES = sorted(SERVICE.rglob("*.py"))

DOORS = {
    "service/wiring.py": "hands the clock down",
    "service/cli/demo.py": "is a door",
    "service/crm/login.py": "is only the default of an argument: when an assertion expires",
    "service/localorg/clock.py": "is the org's clock",
    "service/localorg/tls.py": "certificates are judged by real clients in real time",
    "service/localorg/http/clients.py": "assertions are made by real clients in real time",
    "service/localorg/http/oauth.py": "tokens are judged by real clients in real time",
}
"""The only files that may ask what time it is, and why."""


def test_the_clock_is_read_only_at_the_doors() -> None:
    inside = {name for name in map(place, SOURCES) if list(clock_readings(ROOT / name))} - set(DOORS)

    assert inside == set()


def test_every_door_of_the_clock_is_still_used() -> None:
    unused = [name for name in DOORS if not list(clock_readings(ROOT / name))]

    assert unused == []


def test_nothing_prints_reads_the_environment_or_makes_a_naive_moment() -> None:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "DTZ,T20,TID251,TID252", "service"]

    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_comment_lifts_one_of_these_rules() -> None:
    lifted = [
        f"{place(path)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"noqa:.*\b(DTZ|T20|TID)", line)
    ]

    assert lifted == []


def test_no_error_is_caught_without_knowing_which() -> None:
    blind = [
        f"{place(path)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler) and catches_all(node)
    ]

    assert blind == []


def test_no_file_outgrows_four_hundred_lines() -> None:
    long = {place(path): count for path in SOURCES if (count := len(path.read_text().splitlines())) > 400}

    assert long == {}


def place(path: Path) -> str:
    """Return a file's path inside the project."""
    return path.relative_to(ROOT).as_posix()


def clock_readings(path: Path) -> Iterator[str]:
    """Yield every call that reads the machine's clock."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if re.fullmatch(r"(datetime\.)*(datetime|date|time)\.(now|utcnow|today|time|time_ns)", name):
                yield name


def catches_all(handler: ast.ExceptHandler) -> bool:
    """Say whether a handler swallows whatever comes."""
    caught = ast.unparse(handler.type) if handler.type else "BaseException"
    raises = any(isinstance(inner, ast.Raise) for inner in ast.walk(handler))
    return caught in ("Exception", "BaseException") and not raises
