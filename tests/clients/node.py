"""Node programs for the tests: installed once on a machine, run with nothing of the caller's own set-up."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
NODE = ROOT / "scripts/node"
JSFORCE = ROOT / "tests/clients"
SF = ROOT / "sfdx/checks"
_QUIET = {
    "NO_COLOR": "1",
    "FORCE_COLOR": "0",
    "SF_DISABLE_TELEMETRY": "true",
    "SF_AUTOUPDATE_DISABLE": "true",
    "SF_DISABLE_AUTOUPDATE": "true",
    "SF_SKIP_NEW_VERSION_CHECK": "true",
    "SF_DISABLE_LOG_FILE": "true",
    "SF_USE_GENERIC_UNIX_KEYCHAIN": "true",
    "SF_CAPITALIZE_RECORD_TYPES": "true",
}


def install(project: Path) -> Path:
    """Fill a project's node_modules with what its lock file names, unless that has been done."""
    with (ROOT / ".venv/node_modules.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done, wanted = project / "node_modules/.package-lock.json", project / "package-lock.json"
        if not done.exists() or done.stat().st_mtime < wanted.stat().st_mtime:
            subprocess.run([NODE, "npm", "ci", "--prefix", project, "--silent"], check=True)
    return project / "node_modules"


def run_node(script: Path, **environment: str) -> dict[str, Any]:
    """Run a script and return the JSON object that it prints."""
    done = subprocess.run([NODE, "node", script], env=os.environ | environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return dict(json.loads(done.stdout))


@dataclass(frozen=True)
class Sf:
    """The sf command line with a home folder of its own, in a project."""

    program: Path
    home: Path
    project: Path

    def __call__(self, *arguments: str | Path, **environment: str) -> dict[str, Any]:
        """Run a command and return its JSON, whether it succeeded or not."""
        done = subprocess.run(
            [NODE, self.program, *arguments, "--json"],
            cwd=self.project,
            env=os.environ | _QUIET | {"HOME": str(self.home)} | environment,
            capture_output=True,
            check=False,
        )
        return dict(json.loads(done.stdout))
