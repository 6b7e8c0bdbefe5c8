"""What the doctor makes of the way from the CRM to us: whether a certificate of the org signs who calls, and how long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.access import certificates
from service.access.certificates import Certificate
from service.store.orgs import Org
from service.sync.doctor_store import Patient
from service.sync.findings import Station, Verdict, ok, warning

SOON = timedelta(days=30)
"""So long before a certificate ends, it is worth a word: a new one has to reach the org and us."""
_FIX = "make one in Setup > Certificate and Key Management and register it with `plansync connect --certificate FILE`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """The certificates of an org that are not retired, newest first, and the moment at which they are looked at."""

    certificates: Sequence[Certificate]
    now: datetime


def look_at_certificates(given: tuple[Patient, Org]) -> Signing:
    """Read the certificates that count."""
    patient, org = given
    now = patient.clock()
    return Signing(certificates=certificates.in_use(patient.engine, org.id, now=now), now=now)


def judge_certificates(signing: Signing) -> Iterator[Verdict]:
    """Judge the newest certificate: those before it are on their way out."""
    if not signing.certificates:
        yield warning("No certificate is registered: nobody can call Plansync from inside the CRM", _FIX)
        return
    newest = signing.certificates[0]
    named, ends = newest.fingerprint[:16], f"{newest.ends_at:%Y-%m-%d}"
    if not newest.holds(signing.now):
        yield warning(f"The certificate {named} ended on {ends}: nobody can call Plansync from inside the CRM", _FIX)
    elif newest.ends_at - signing.now < SOON:
        yield warning(f"The certificate {named} ends on {ends}", _FIX)
    else:
        yield ok(f"The certificate {named} signs until {ends}")


CERTIFICATES = Station(
    name="certificate",
    look=look_at_certificates,
    checks={"certificate": judge_certificates},
    fix="run `plansync db upgrade`",
)
