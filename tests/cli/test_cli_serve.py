"""`plansync serve`: the console for this machine, and with --all everything that runs."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen
from uuid import uuid4

import pytest
from sqlalchemy import text

from service.config import ROOT
from service.localorg.org import LocalOrg
from service.store.database import open_engine
from tests.cli.conftest import Door, Shell
from tests.jobs.site import PATIENCE, Site, cleared, eventually
from tests.postgres import migrated_database


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.7", "example.com", "::"])
def test_the_console_is_not_served_to_a_network(shell: Shell, host: str) -> None:
    ran = shell("serve", "--host", host)

    assert ran.code == 2
    assert "SSH tunnel" in ran.err


def test_the_console_is_served_to_this_machine_until_it_is_stopped(database_url: str, tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": database_url, "PLANSYNC_DATA": str(tmp_path)}
    command = [sys.executable, "-m", "service", "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = json.loads(process.stdout.readline())["url"]
        with urlopen(url + "healthz") as answer:
            said = answer.read()
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=30)

    assert (said, code) == (b"ok\n", 0)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_port_that_is_taken_is_one_sentence(shell: Shell, door: Door) -> None:
    port = door.url.rpartition(":")[2]

    ran = shell("serve", "--port", port, "--json")
    # cheroot forgets to close the socket that it could not bind: let that be said here, not in the next test.
    gc.collect()

    assert ran.code == 1
    assert "choose another --port" in ran.document["error"]["message"]


@pytest.fixture
def site(admin_url: str, installed_org: LocalOrg, tmp_path: Path) -> Iterator[Site]:
    """A site with a database of its own."""
    url = migrated_database(admin_url, f"serve_{uuid4().hex}")
    engine = open_engine(url)
    with cleared(Site(engine, url, tmp_path, installed_org)) as site:
        yield site
    engine.dispose()


def test_one_process_is_enough_and_ctrl_c_stops_all_of_it(site: Site) -> None:
    one = site.read(site.connect())
    served = site.start("serve", "--all", "--port", "0", "--json")
    url = eventually(lambda: next((event["url"] for event in served.events() if "url" in event), None))
    eventually(lambda: one.jobs() and site.state().workers)

    one.write("Grow")

    eventually(one.landed)
    with urlopen(url + "readyz") as answer:
        assert json.load(answer) == {"ready": True, "reasons": []}
    assert served.stop(signal.SIGINT) == 0
    assert site.state().workers == 0


def test_when_one_part_ends_the_others_end_with_its_reason(site: Site) -> None:
    with site.engine.begin() as connection:
        connection.execute(text("ALTER SCHEMA procrastinate RENAME TO away"))

    served = site.start("serve", "--all", "--port", "0", "--json")

    assert served.popen.wait(PATIENCE) == 4
    assert any(event.get("error", {}).get("code") == "queue_lost" for event in served.events())
