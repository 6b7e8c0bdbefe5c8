"""What the doctor says of the certificates with which the org signs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from service.access.certificates import read, register
from service.store.orgs import Org
from service.sync.doctor_access import judge_certificates, look_at_certificates
from service.sync.doctor_store import Patient
from service.sync.findings import State, Verdict
from tests.access.signing import certificate, rsa_key
from tests.filled import SEAL, connect, forget_orgs
from tests.world import World


@pytest.fixture
def org(world: World) -> Iterator[Org]:
    """A connected org without a certificate."""
    yield connect(world)
    forget_orgs(world.engine)


@pytest.fixture
def patient(world: World, org: Org) -> Patient:
    return Patient(
        engine=world.engine, seal=SEAL, org_name=org.name, open=lambda _org: world.sync, clock=world.clock.now
    )


def verdict(patient: Patient, org: Org) -> Verdict:
    [found] = judge_certificates(look_at_certificates((patient, org)))
    return found


def test_an_org_without_a_certificate_is_told_what_that_keeps_from_working(patient: Patient, org: Org) -> None:
    found = verdict(patient, org)

    assert (found.state, found.fix.split()[-1]) == (State.WARNING, "FILE`")
    assert "nobody can call Plansync from inside the CRM" in found.found


@pytest.mark.parametrize(
    ("later", "state", "words"),
    [
        (timedelta(), State.OK, "signs until 2027-03-02"),
        (timedelta(days=340), State.WARNING, "ends on 2027-03-02"),
        (timedelta(days=366), State.WARNING, "ended on 2027-03-02: nobody can call"),
    ],
)
def test_the_newest_certificate_is_judged_by_its_end(
    world: World, patient: Patient, org: Org, later: timedelta, state: State, words: str
) -> None:
    now = world.clock.now()
    register(world.engine, org.id, read(certificate(rsa_key("two"), days=20)), now=now)
    register(world.engine, org.id, read(certificate(rsa_key("one"))), now=now + timedelta(seconds=1))
    world.clock.advance(later)

    found = verdict(patient, org)

    assert found.state is state
    assert words in found.found
