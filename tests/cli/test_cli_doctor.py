"""The doctor at the command line: a table with words, one JSON document, and an exit code that a script can trust."""

from __future__ import annotations

from tests.cli.conftest import Crm, Shell


def test_a_healthy_installation(shell: Shell, connected: Crm) -> None:
    shell("sync")
    ran = shell("doctor")
    assert ran.code == 0
