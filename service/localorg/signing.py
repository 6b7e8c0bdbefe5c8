"""The org's own key pair, with which it signs who its users are, as Apex does by `Auth.JWS` with a certificate of the org."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from service.localorg.errors import Refusal
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor
from service.localorg.records.storage import Storage

LIFETIME = timedelta(minutes=2)
"""How long a token is good for."""
# The org's clock can be set to any time, and its certificate must hold then, too.
_BEGINS, _ENDS = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """A private key, and the certificate that the connector registers; both PEM."""

    private_key: str
    certificate: str


def key_pair(org: LocalOrg) -> KeyPair:
    """Return the org's key pair, made when it is first asked for and kept with the records."""
    with org.lock:
        return _kept(org.storage) or _keep(org.storage, _make())


def sign(org: LocalOrg, username: str, *, audience: str) -> str:
    """Return a token that says who a user is and which custom permissions he holds; the claims are `ConnectorApi`'s."""
    user = next(org.storage.rows("User", '"Username" = ? AND "IsActive" = 1', (username,)), None)
    if user is None:
        raise Refusal("NOT_FOUND", f"There is no active user {username}", status=404)
    now = int(org.clock.now().timestamp())
    claims = {
        "iss": org.org_id,
        "sub": user["Id"],
        "aud": audience,
        "iat": now,
        "exp": now + LIFETIME.seconds,
        "jti": str(uuid4()),
        "permissions": _permissions(org, Actor(user["Id"])),
        "name": user["Name"],
    }
    return jwt.encode(claims, key_pair(org).private_key, algorithm="RS256")


def _permissions(org: LocalOrg, actor: Actor) -> list[str]:
    """Return the package's custom permissions that a user holds, without its namespace."""
    prefix = f"{org.schema.namespace}__" if org.schema.namespace else ""
    held = (name for name in org.schema.custom_permissions if org.access.has_custom_permission(actor, name))
    return sorted(name.removeprefix(prefix) for name in held if name.startswith(prefix))


def _make() -> KeyPair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Plansync local org")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_BEGINS)
        .not_valid_after(_ENDS)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return KeyPair(private_key=private.decode(), certificate=certificate.public_bytes(pem).decode())


def _kept(storage: Storage) -> KeyPair | None:
    row = storage.execute('SELECT private_key, certificate FROM "__key_pair__"').fetchone()
    return KeyPair(private_key=row[0], certificate=row[1]) if row else None


def _keep(storage: Storage, pair: KeyPair) -> KeyPair:
    storage.execute('INSERT INTO "__key_pair__" VALUES (?, ?)', (pair.private_key, pair.certificate))
    return pair
