"""Certificates of an org: read from a file, registered, and rotated with a day in which both count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Engine

from service.errors import PlansyncError
from service.store import certificates
from service.store.certificates import Registration
from service.store.database import transaction

ROTATION = timedelta(days=1)
"""How long the certificates before a new one go on counting: nobody who works meanwhile is sent away."""
SHORTEST_KEY = 2048
_WHERE = "download it in Setup > Certificate and Key Management"


class UnfitCertificate(PlansyncError):  # noqa: N818 - named for what is wrong with the file
    """A file holds no certificate that an org could sign with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate that may sign: RSA, by its fingerprint, and the time in which it holds."""

    fingerprint: str
    pem: str
    key: RSAPublicKey
    begins_at: datetime
    ends_at: datetime

    def holds(self, now: datetime) -> bool:
        """Say whether a moment is within its time."""
        return self.begins_at <= now < self.ends_at


def read(data: bytes) -> Certificate:
    """Read a certificate as Salesforce lets download it (PEM or DER); UnfitCertificate says what else it is."""
    if b"PRIVATE KEY" in data:
        raise UnfitCertificate(f"The file holds a private key, which Plansync must never see; {_WHERE}")
    try:
        found = x509.load_pem_x509_certificate(data) if b"-----BEGIN" in data else x509.load_der_x509_certificate(data)
        key = found.public_key()
    except (ValueError, TypeError) as error:
        raise UnfitCertificate(f"The file holds no certificate; {_WHERE}") from error
    if not isinstance(key, RSAPublicKey) or key.key_size < SHORTEST_KEY:
        raise UnfitCertificate(
            f"The certificate's key is not RSA with at least {SHORTEST_KEY} bits, and tokens are signed with RS256; "
            "make another one in Setup > Certificate and Key Management"
        )
    return Certificate(
        fingerprint=found.fingerprint(hashes.SHA256()).hex(),
        pem=found.public_bytes(Encoding.PEM).decode(),
        key=key,
        begins_at=found.not_valid_before_utc,
        ends_at=found.not_valid_after_utc,
    )


def register(engine: Engine, org_id: UUID, certificate: Certificate, *, now: datetime) -> list[Registration]:
    """Register a certificate of an org and return all that count now; those before it end in a day."""
    if not certificate.holds(now):
        raise UnfitCertificate(
            f"The certificate holds from {certificate.begins_at:%Y-%m-%d} to {certificate.ends_at:%Y-%m-%d}, not now; "
            "make another one in Setup > Certificate and Key Management"
        )
    fresh = Registration(fingerprint=certificate.fingerprint, pem=certificate.pem, registered_at=now)
    with transaction(engine, org_id) as connection:
        certificates.save(connection, org_id, fresh)
        certificates.retire_others(connection, fresh.fingerprint, at=now + ROTATION)
        return certificates.in_use(connection, now=now)


def in_use(engine: Engine, org_id: UUID, *, now: datetime) -> list[Certificate]:
    """Return the certificates of an org that are not retired, newest first; some may have ended by themselves."""
    with transaction(engine, org_id) as connection:
        return [read(each.pem.encode()) for each in certificates.in_use(connection, now=now)]
