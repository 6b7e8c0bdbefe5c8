"""The doctor's whole round: healthy and not, and that it goes on after a check that failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, make_url

from service.localorg.deploy.changes import SchemaChanges
from service.mapping.model import MappingErrors, Problem
from service.store import orgs, reports
from service.store.database import ROLE, DatabaseError, create_role_and_database, open_engine
from service.store.orgs import Org
from service.store.sealing import Seal, SealingError, new_key
from service.sync.context import Sync
from service.sync.doctor import STATIONS, Examination, examine, unusable
from service.sync.doctor_store import Patient
from service.sync.findings import Finding, State
from tests.filled import connect, forget_orgs
from tests.sync.road import Road
from tests.world import World

EVERY_CHECK = [name for station in STATIONS for name in station.checks]


@pytest.fixture
def patient(world: World) -> Iterator[Patient]:
    """A connected org whose login opens with the newest key."""
    forget_orgs(world.engine)
    seal = Seal([new_key()])
    org = orgs.save(world.engine, replace(connect(world), login=seal.seal({"kind": "token"})))
    yield Patient(
        engine=world.engine, seal=seal, org_name=org.name, open=lambda _org: world.sync, clock=world.clock.now
    )
    forget_orgs(world.engine)


def run(patient: Patient) -> Examination:
    """Examine without telling anybody."""
    return examine(patient, progress=lambda _name: None)


def of(made: Examination, check: str) -> list[Finding]:
    """Return what one check found."""
    return [finding for finding in made.findings if finding.check == check]


def states(made: Examination) -> dict[str, set[State]]:
    """Return the states of each check's findings."""
    return {check: {finding.state for finding in of(made, check)} for check in EVERY_CHECK}


def test_a_healthy_org_has_no_failure_and_every_check_says_something(world: World, patient: Patient) -> None:
    world.settle()

    made = run(patient)

    assert made.healthy
    assert made.org == "default"
    assert list(dict.fromkeys(finding.check for finding in made.findings)) == EVERY_CHECK
    said = states(made)
    assert {check for check in EVERY_CHECK if said[check] == {State.SKIPPED}} == {
        "schedule",
        "workers",
        "jobs",
        "permission sets",
        "integration user",
        "field sets",
    }
    assert all(finding.found for finding in made.findings)


def test_the_report_is_kept_as_it_is_printed(world: World, patient: Patient) -> None:
    made = run(patient)

    with world.transaction() as connection:
        kept = reports.last(connection, "doctor")
    assert kept is not None
    assert kept.body == made.as_json()
    assert kept.at == made.at == world.clock.now()
    assert made.as_json()["findings"][0].keys() == {"check", "state", "found", "fix"}


def test_an_examination_writes_nothing_of_the_customers_and_costs_few_calls(world: World, patient: Patient) -> None:
    world.create_there("account", Name="Acme")
    world.settle()
    before, used = world.there("account"), world.app.api.usage.used
    road = Road(world)

    run(patient)

    assert road.writes == []
    assert world.there("account") == before
    assert world.app.api.usage.used - used <= 8


def test_progress_names_every_place(world: World, patient: Patient) -> None:
    told: list[str] = []

    examine(patient, progress=told.append)

    assert told == [station.name for station in STATIONS]


def test_a_login_that_is_refused_leaves_the_rest_of_the_org_out_and_nothing_else(
    world: World, patient: Patient
) -> None:
    world.app.api.sessions.expire()

    made = run(patient)

    [login] = of(made, "login")
    assert login.state is State.FAILURE
    assert login.found == "Salesforce does not let Plansync in (the access token has expired)"
    assert login.fix == "give a fresh one, or connect with a login that renews"
    assert not made.healthy
    assert {check for check, found in states(made).items() if found == {State.OK}} >= {"database", "keys", "mappings"}
    assert {check for check, found in states(made).items() if found == {State.SKIPPED}} >= {
        "API version",
        "clock",
        "fields",
        "external ids",
        "limits",
        "detection",
    }


def test_a_field_that_is_gone_is_a_failure_with_its_fix_and_the_other_checks_go_on(
    world: World, patient: Patient
) -> None:
    SchemaChanges(world.org).remove_field("Objective__c", "Title__c")

    made = run(patient)

    [field] = of(made, "fields")
    assert field.state is State.FAILURE
    assert field.found == "objective.yaml: fields.title.crm: Objective__c shows no Title__c"
    assert field.fix == "correct the name or grant the field to the integration user"
    assert {State.OK} == states(made)["external ids"] == states(made)["detection"]


def test_a_right_that_is_taken_away_is_told_by_its_object(world: World, patient: Patient) -> None:
    for row in list(world.org.storage.rows("PermissionSetAssignment")):
        world.org.writer.delete(world.admin, row["Id"])

    made = run(patient)

    assert "objective.yaml: object: the org shows no Objective__c" in [each.found for each in of(made, "fields")]
    [detection, *_] = of(made, "detection")
    assert detection.state is State.FAILURE
    assert "inside a composite call" in detection.found


def test_calls_that_are_used_up_are_told_and_no_more_are_made(world: World, patient: Patient) -> None:
    world.app.api.usage.reset(allowance=1000, used=990)

    made = run(patient)

    [limits] = of(made, "limits")
    assert limits.state is State.FAILURE
    assert limits.found.startswith("The org's API calls are used up (991 of 1000; the rest is kept for people)")
    assert limits.fix == "wait a while, then run `plansync doctor` again"
    assert world.app.api.usage.used == 991
    assert states(made)["fields"] == {State.OK}


def test_mappings_that_cannot_be_read_are_all_told(world: World, patient: Patient) -> None:
    def broken(_org: Org) -> Sync:
        raise MappingErrors([Problem("a.yaml", "x", "is wrong; mend it"), Problem("b.yaml", "y", "is wrong; mend it")])

    made = run(replace(patient, open=broken))

    [mappings] = of(made, "mappings")
    assert mappings.found == "a.yaml: x: is wrong; mend it\nb.yaml: y: is wrong; mend it"
    assert mappings.fix == "run `plansync mappings check`"
    assert states(made)["login"] == {State.SKIPPED}


def test_without_an_org_the_installation_is_examined(patient: Patient, engine: Engine) -> None:
    forget_orgs(engine)

    made = run(patient)

    [connection] = of(made, "connection")
    assert (connection.state, connection.fix) == (State.FAILURE, "connect one with `plansync connect`")
    assert made.org is None
    assert states(made)["database"] == states(made)["row-level security"] == {State.OK}


def test_an_older_database_is_told_with_the_way_out(patient: Patient, admin_url: str) -> None:
    name = f"empty_{uuid4().hex}"
    create_role_and_database(admin_url, database=name)
    engine = open_engine(make_url(admin_url).set(username=ROLE, database=name).render_as_string(hide_password=False))
    try:
        made = run(replace(patient, engine=engine))
    finally:
        engine.dispose()

    [tables] = of(made, "tables")
    assert (tables.state, tables.fix) == (
        State.FAILURE,
        "run `plansync db upgrade`, or the newer program that upgraded it",
    )
    assert states(made)["database"] == {State.OK}
    assert states(made)["keys"] == states(made)["login"] == {State.SKIPPED}


def test_a_database_that_stops_answering_is_the_only_failure(patient: Patient) -> None:
    engine = create_engine("postgresql+psycopg://plansync:hush@127.0.0.1:1/plansync")

    made = run(replace(patient, engine=engine))

    [database] = of(made, "database")
    assert database.found == "The database at 127.0.0.1 does not answer"
    assert [finding.check for finding in made.findings if finding.state is State.FAILURE] == ["database"]
    assert "hush" not in repr(made)


def test_an_installation_that_does_not_open_is_reported_all_the_same() -> None:
    made = unusable(DatabaseError("The database role is a superuser; give Plansync a role of its own"))

    assert (made.org, made.at, made.healthy) == (None, None, False)
    assert made.findings[0] == Finding(
        check="database",
        state=State.FAILURE,
        found="The database role is a superuser",
        fix="give Plansync a role of its own",
    )
    assert {finding.state for finding in made.findings[1:]} == {State.SKIPPED}


def test_keys_that_are_none_are_told_as_keys() -> None:
    made = unusable(SealingError("PLANSYNC_SECRET_KEYS holds no Fernet key; make one with `plansync db key`"))

    assert [(finding.check, finding.fix) for finding in made.findings if finding.state is State.FAILURE] == [
        ("keys", "make one with `plansync db key`")
    ]
