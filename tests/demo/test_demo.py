"""The demo from end to end on a few accounts: PostgreSQL, the org over TLS, the real login, the story."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from uuid import uuid4

import pytest
import requests
from click.testing import CliRunner
from rich.console import Console
from sqlalchemy import Engine

from service.app import create_app
from service.cli.demo import demo
from service.cli.exits import Exit
from service.config import Settings
from service.demo.acting import EditRefused, Troupe
from service.demo.clones import Deployed
from service.demo.compare import Comparison, Difference, compare
from service.demo.edits import CAST, Side, edits
from service.demo.show import Result, show
from service.demo.stage import NAME, DemoRefused, stage
from service.demo.storm import Weathered
from service.demo.story import Told
from service.demo.traffic import traffic
from service.store import orgs, schema
from service.store.database import embedded_server
from service.store.orgs import Org
from service.sync.cycle import run_cycle
from service.sync.run import Report
from service.wiring import build

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def test_an_edit_that_the_crm_refuses_stops_the_story(settings, customers, definitions):
    with stage(settings, customers[:CAST], definitions, now=NOW) as ready:
        story = edits(customers[:CAST], definitions, now=NOW)
        first = replace(next(story), values={"name": "N" * 81})
        with pytest.raises(EditRefused, match=r"Objective renamed.*STRING_TOO_LONG"):
            Troupe(ready).carry_out([first])


@pytest.mark.req("P1")
@pytest.mark.req("P2")
@pytest.mark.req("P4")
def test_the_check_ends_with_one_json_line_after_a_story_and_a_storm(settings):
    ended = CliRunner().invoke(demo, ["--check", "--accounts", "20"], obj=settings, standalone_mode=False)
    assert ended.return_value is Exit.OK, ended.stderr
    (line,) = ended.stdout.splitlines()
    result = json.loads(line)
    assert 0 < result.pop("api_calls") < 20
    assert result.pop("faults") > 0
    # 796 records at first; the story makes three and deletes two, one of them with two others; each clone makes eleven.
    calm = {"ok": True, "records": 795 + 10 * 11, "conflicts": 1, "differences": 0}
    # Fourteen dates of each clone; a participant tries all ten and a deletion, somebody else one, a CSM two mistakes.
    calm |= {"clones": 10, "dates": 10 * 14, "refusals": 10 + 1 + 1 + 2}
    assert result == calm | {"edits": 400, "kills": 1, "parked": 0, "lost": 0}


def test_the_comparison_finds_what_no_sync_has_met_yet(settings):
    with show(settings, now=NOW, console=Console(file=StringIO()), accounts=CAST) as (ready, result):
        assert result.ok
        assert create_app(ready.services).test_client().get("/sign-in").status_code == 200
        plan = ready.crm_ids["A-00bed1/plan"]
        assignment = ready.crm_ids["A-00bed1/objective 0/playbook/kickoff by Lead"]
        ready.local_org.writer.update(ready.local_org.admin(), "Success_Plan__c", plan, {"Name": "Another"})
        ready.local_org.writer.delete(ready.local_org.admin(), assignment)
        with ready.sync.transaction() as connection:
            found = compare(connection, ready.sync.client, ready.sync.mappings)
    assert found.records == result.comparisons[0].records
    assert found.differences == (
        Difference(
            object="success_plan", record=plan, field="name", ours="Company_306: success plan 2025", theirs="Another"
        ),
        Difference(object="playbook_task_assignment", record=assignment, missing="CRM"),
    )


def test_an_edit_that_neither_side_holds_is_lost(settings, customers, definitions):
    with stage(settings, customers[:CAST], definitions, now=NOW) as ready:
        run_cycle(ready.sync, now=ready.now(), clock=ready.now, hurry=True)
        troupe, rush = Troupe(ready), list(traffic(customers[:CAST], definitions, each=40))
        for edit in rush:
            troupe.improvise(edit)
        before = troupe.lost(rush)
        ready.pass_time()
        run_cycle(ready.sync, now=ready.now(), clock=ready.now, hurry=True)
        assert troupe.lost(rush) == []
    # What was said in the CRM alone was not here before the sync.
    assert before
    assert {edit.side for edit in before} == {Side.CRM}


@pytest.mark.parametrize("harm", [{"parked": 1}, {"lost": 1}, {"exits": (0, 1)}, {"faults": 0}, {"kills": 0}])
def test_a_storm_that_did_harm_or_was_none_is_not_weathered(harm):
    fine = Weathered(edits=400, faults=30, kills=1, parked=0, lost=0, exits=(0, 0, 0))
    assert fine.ok
    assert not replace(fine, **harm).ok


def test_a_record_more_or_less_after_the_storm_is_not_ok():
    told = Told(reports=[Report(kind="cycle", counts={}, api_calls=1)], conflicts=1)
    counted = [Comparison(records=records, differences=()) for records in (10, 10, 11)]
    fine = Result(told=told, deployed=Deployed(clones=(), dates=(), tried=()), comparisons=tuple(counted[:2]))
    assert fine.ok
    assert not replace(fine, comparisons=tuple(counted)).ok


def test_the_demo_wipes_out_its_own_store_only(settings, definitions):
    with _migrated(settings) as engine:
        orgs.save(engine, _org("production"))
    with pytest.raises(DemoRefused, match="holds the org production"), stage(settings, (), definitions, now=NOW):
        pass
    with _migrated(settings) as engine:
        assert [org.name for org in orgs.every(engine)] == ["production"]


def test_the_console_is_served_until_ctrl_c_and_a_second_demo_begins_anew(settings):
    with _migrated(settings) as engine:
        orgs.save(engine, _org(NAME))
    command = [
        sys.executable,
        "-m",
        "service",
        "demo",
        "--accounts",
        str(CAST),
        "--port",
        "0",
        "--data",
        str(settings.data),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        told, entered = [], ""
        for line in process.stdout:
            told.append(line)
            if found := re.search(r"The console is at (http://127\.0\.0\.1:\d+)/", line):
                url = found[1]
            if found := re.search(r"Sign in as (\S+) with the password (\S+)\.$", line.strip()):
                entered = _first_page(url, *found.groups())
            if "Ctrl-C stops everything" in line:
                process.send_signal(signal.SIGINT)
    assert process.returncode == Exit.OK
    assert "Sign out" in entered
    text = " ".join("".join(told).split())
    assert "create here 383, read 383" in text
    assert "Compared. 481 records, field by field: 0 differences." in text


def _first_page(url: str, email: str, password: str) -> str:
    """Sign in as a browser would and return the page behind the door."""
    with requests.Session() as browser:
        page = browser.get(f"{url}/sign-in", timeout=60).text
        [token] = re.findall('name="csrf_token" value="([^"]+)"', page)
        form = {"csrf_token": token, "email": email, "password": password}
        return browser.post(f"{url}/sign-in", data=form, timeout=60).text


@contextmanager
def _migrated(settings: Settings) -> Iterator[Engine]:
    """The store of a data folder; its server stops at the end, as that of another process would."""
    services = build(settings)
    schema.upgrade(services.engine)
    yield services.engine
    services.engine.dispose()
    embedded_server(settings.data / "postgres").cleanup()


def _org(name: str) -> Org:
    return Org(
        id=uuid4(),
        name=name,
        instance_url="https://acme.my.salesforce.com",
        crm_org_id=None,
        namespace=None,
        time_zone="UTC",
        login=b"sealed",
    )
