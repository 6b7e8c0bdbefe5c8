"""Certificates: what is taken, what is refused with the way out, and how a new one takes over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Engine

from service.access.certificates import UnfitCertificate, in_use, read, register
from tests.access.signing import certificate, private_pem, rsa_key


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_a_certificate_is_read_however_it_was_downloaded(encoding: Encoding, now: datetime) -> None:
    found = read(certificate(rsa_key("one"), encoding=encoding))

    assert found.pem.encode() == certificate(rsa_key("one"))
    assert found.key.public_numbers() == rsa_key("one").public_key().public_numbers()
    assert (found.begins_at, found.ends_at) == (now - timedelta(days=1), now + timedelta(days=365))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: private_pem(rsa_key("one")), "a private key, which Plansync must never see"),
        (lambda: private_pem(rsa_key("one")) + certificate(rsa_key("one")), "a private key, which Plansync must"),
        (lambda: b"", "holds no certificate"),
        (lambda: b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "holds no certificate"),
        (lambda: b"\xff\xfe\x00", "holds no certificate"),
        (lambda: certificate(ec.generate_private_key(ec.SECP256R1())), "not RSA with at least 2048 bits"),
        (lambda: certificate(rsa_key("short", 1024)), "not RSA with at least 2048 bits"),
    ],
    ids=["key", "key and certificate", "nothing", "broken", "bytes", "elliptic", "short"],
)
def test_a_file_that_holds_no_fit_certificate_is_refused_with_the_way_out(
    make: Callable[[], bytes], words: str
) -> None:
    with pytest.raises(UnfitCertificate, match=words) as refused:
        read(make())

    assert "Setup > Certificate and Key Management" in str(refused.value)


@pytest.mark.parametrize("later", [timedelta(days=-2), timedelta(days=365)], ids=["not yet", "no more"])
def test_a_certificate_that_does_not_hold_now_is_not_registered(
    engine: Engine, org_id: UUID, now: datetime, later: timedelta
) -> None:
    with pytest.raises(UnfitCertificate, match="holds from 2026-03-01 to 2027-03-02, not now"):
        register(engine, org_id, read(certificate(rsa_key("one"))), now=now + later)

    assert in_use(engine, org_id, now=now) == []


def test_a_new_certificate_lets_the_older_ones_count_for_another_day(
    engine: Engine, org_id: UUID, now: datetime
) -> None:
    old, new = (read(certificate(rsa_key(name))) for name in ("one", "two"))
    register(engine, org_id, old, now=now)

    registered = register(engine, org_id, new, now=now + timedelta(hours=1))

    assert [(each.fingerprint, each.retired_at) for each in registered] == [
        (new.fingerprint, None),
        (old.fingerprint, now + timedelta(hours=25)),
    ]
    assert in_use(engine, org_id, now=now + timedelta(hours=24)) == [new, old]
    assert in_use(engine, org_id, now=now + timedelta(hours=25)) == [new]


def test_a_third_certificate_does_not_prolong_the_first(engine: Engine, org_id: UUID, now: datetime) -> None:
    for hours, name in enumerate(("one", "two", "three")):
        register(engine, org_id, read(certificate(rsa_key(name))), now=now + timedelta(hours=hours))

    assert len(in_use(engine, org_id, now=now + timedelta(hours=24))) == 3
    assert len(in_use(engine, org_id, now=now + timedelta(hours=25))) == 2


def test_a_certificate_that_is_registered_again_counts_again(engine: Engine, org_id: UUID, now: datetime) -> None:
    one, two = (read(certificate(rsa_key(name))) for name in ("one", "two"))
    for each in (one, two, one):
        register(engine, org_id, each, now=now)

    assert in_use(engine, org_id, now=now + timedelta(days=1)) == [one]
