"""The org's own certificate authority and server certificate, kept in a folder and used again while they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_VALID, _RENEW = timedelta(days=365), timedelta(days=7)
_NAMES = ("localhost", "login.salesforce.com", "test.salesforce.com", "*.my.salesforce.com")


@dataclass(frozen=True, slots=True)
class Certificates:
    """The files that a server and its clients need."""

    ca: Path
    certificate: Path
    key: Path


def certificates(folder: Path) -> Certificates:
    """Return the certificates kept in a folder, made anew where there are none that hold another week."""
    files = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    if not _hold(files):
        folder.mkdir(parents=True, exist_ok=True)
        _make(files)
    return files


def _hold(files: Certificates) -> bool:
    if not all(path.exists() for path in (files.ca, files.certificate, files.key)):
        return False
    soon = datetime.now(UTC) + _RENEW
    kept = (x509.load_pem_x509_certificate(path.read_bytes()) for path in (files.ca, files.certificate))
    return all(certificate.not_valid_after_utc > soon for certificate in kept)


def _make(files: Certificates) -> None:
    """Make a CA that signs one server certificate; the CA's key is not kept."""
    ca_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = _name("Plansync local org CA")
    ca = _authority(_draft(ca_name, ca_name, ca_key.public_key()), ca_key)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    server = (
        _draft(_name("localhost"), ca_name, server_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_alternative_names(), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    files.ca.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    files.certificate.write_bytes(server.public_bytes(serialization.Encoding.PEM))
    files.key.touch(mode=0o600)
    files.key.write_bytes(
        server_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def _authority(draft: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    signs_only = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        draft.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(signs_only, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _draft(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _VALID)
    )


def _alternative_names() -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName(
        [*(x509.DNSName(name) for name in _NAMES), x509.IPAddress(IPv4Address("127.0.0.1"))]
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
