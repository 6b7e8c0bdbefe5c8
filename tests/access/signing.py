"""Keys of orgs, their certificates, and tokens of every making."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.world import START

NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An org")])
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def rsa_key(name: str, size: int = 2048) -> rsa.RSAPrivateKey:
    """A key that is made once, by its name."""
    return rsa.generate_private_key(public_exponent=65537, key_size=size)


def certificate(
    key: PrivateKey, *, begins: datetime = START, days: int = 365, encoding: Encoding = Encoding.PEM
) -> bytes:
    """A certificate of a key, self-signed as those of Salesforce are."""
    draft = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).public_key(key.public_key())
    dated = draft.not_valid_before(begins - timedelta(days=1)).not_valid_after(begins + timedelta(days=days))
    return dated.serial_number(7).sign(key, hashes.SHA256()).public_bytes(encoding)


def private_pem(key: PrivateKey) -> bytes:
    """A private key as a file holds it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@dataclass(frozen=True)
class Signer:
    """Signs tokens of one user of an org, good but for what a test changes."""

    issuer: str
    user_id: str
    audience: str
    key: rsa.RSAPrivateKey

    def claims(self, now: datetime, **changed: Any) -> dict[str, Any]:
        """The claims of a good token; what is changed to None is left out."""
        issued = int(now.timestamp())
        good = {
            "iss": self.issuer,
            "sub": self.user_id,
            "aud": self.audience,
            "iat": issued,
            "exp": issued + 120,
            "jti": str(uuid4()),
            "permissions": ["CSC_Customer_Success", "Create_From_Template"],
            "name": "Cora Csm",
        }
        return {name: value for name, value in (good | changed).items() if value is not None}

    def __call__(self, now: datetime, **changed: Any) -> str:
        """A signed token."""
        return jwt.encode(self.claims(now, **changed), self.key, algorithm="RS256")
