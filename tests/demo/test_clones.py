"""The act in which a template is cloned for ten customers: what it proves, and that it tells when something slips through."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO
from uuid import uuid4

import pytest
from rich.console import Console

from service.demo.callers import desk_of, trust
from service.demo.clone_dates import Dated
from service.demo.clones import CloneWaits, Deployed, deploy
from service.demo.edits import CAST
from service.demo.in_vain import Tried
from service.demo.stage import stage
from service.demo.story import sync
from service.localorg.faults.kinds import Fault
from service.plans.clone import Cloned
from service.wiring import open_client
from tests.desks import know_fields

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
"""The day of the examples of OB-43 and OB-44; the template's KPIs are due on the examples' day, too."""
DATED = Dated(
    noun="objective_kpi",
    title="Uses a month",
    column="target_date",
    template=date(2026, 3, 31),
    expected=date(2027, 2, 19),
    here="2027-02-19",
    there="2027-02-19",
)
FINE = Deployed(
    clones=(Cloned(noun="objective", root_id=uuid4(), made=(), api_calls=1),),
    dates=(DATED,),
    tried=(Tried(who="Somebody Else", what="clone the template", reason="Without a permission set"),),
)


@pytest.mark.req("OB-43", "OB-44")
def test_both_sides_hold_the_dates_of_the_examples_and_what_slips_through_is_told(settings, customers, definitions):
    told = Console(file=StringIO(), width=300)
    careless = replace(definitions, participant=definitions.team[1])
    with stage(settings, customers[:CAST], definitions, now=NOW) as ready:
        sync(ready, told)
        deployed = deploy(ready, customers[:CAST], careless, told)
    kpis = [dated for dated in deployed.dates if dated.noun == "objective_kpi"]
    tasks = [dated for dated in deployed.dates if (dated.title, dated.column) == ("Present the offer", "end_date")]

    assert all(dated.proven for dated in deployed.dates)
    assert {dated.there for dated in kpis} == {"2027-02-19"}
    assert [dated.here for dated in tasks[:2]] == ["2027-02-14", "2027-02-23"]
    # A second CSM may clone for all nine customers; what he may not know is the KPI's version.
    assert (deployed.refusals, deployed.ok) == (1 + 1 + 2, False)
    assert "CSM South tries to clone the template, 9 times: and nobody refuses it!" in told.file.getvalue()


def test_an_org_that_does_not_answer_stops_the_act(settings, customers, definitions):
    told = Console(file=StringIO())
    with stage(settings, customers[:CAST], definitions, now=NOW) as ready:
        sync(ready, told)
        trust(ready)
        know_fields(desk_of(ready, definitions.team[0].username))
        ready.local_org.faults.set(seed=1, rates={Fault.UNAVAILABLE: 1})
        client = open_client(ready.services.seal.open(ready.org.login), renew=lambda _: None, attempts=1)
        impatient = replace(ready, sync=replace(ready.sync, client=client))
        with closing(client.session), pytest.raises(CloneWaits, match="the clone waits"):
            deploy(impatient, customers[:CAST], definitions, told)


@pytest.mark.parametrize(
    "wrong",
    [
        {"clones": (replace(FINE.clones[0], api_calls=2),)},
        {"dates": (replace(DATED, here="2027-02-28"),)},
        {"dates": (replace(DATED, there="2027-02-28"),)},
        {"dates": (replace(DATED, here="2027-02-28", there="2027-02-28"),)},
        {"tried": (replace(FINE.tried[0], reason=None),)},
    ],
)
def test_a_second_call_a_wrong_date_or_a_missing_refusal_is_not_ok(wrong):
    assert FINE.ok
    assert not replace(FINE, **wrong).ok
