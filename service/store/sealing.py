"""Seal secrets at rest: the newest key seals, every known key opens, so that keys can rotate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.errors import PlansyncError


class SealingError(PlansyncError):
    """A secret cannot be opened with the keys at hand."""


class Seal:
    """Seal and open small JSON documents."""

    def __init__(self, keys: list[str]) -> None:
        try:
            self._keys = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise SealingError(
                "PLANSYNC_SECRET_KEYS holds something that is no Fernet key; make one with `plansync db key`"
            ) from error
        self._roots = [key.encode() for key in keys]

    def seal(self, document: dict[str, Any]) -> bytes:
        """Return the document encrypted."""
        return self._keys.encrypt(json.dumps(document).encode())

    def open(self, sealed: bytes) -> dict[str, Any]:
        """Return the document decrypted; SealingError when no key fits."""
        try:
            opened: dict[str, Any] = json.loads(self._keys.decrypt(sealed))
        except InvalidToken:
            raise SealingError(
                "A stored login was sealed with another key; put the key it was sealed with into PLANSYNC_SECRET_KEYS, "
                "or connect the org again"
            ) from None
        return opened

    def derived(self, purpose: str) -> list[str]:
        """Return a key for another purpose from each of the keys, the newest first; none tells the key it came from."""
        return [
            HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(root).hex()
            for root in self._roots
        ]


def new_key() -> str:
    """Return a fresh key."""
    return Fernet.generate_key().decode()


def key_of(data: Path) -> str:
    """Return the key kept in the data directory, made on first use and readable by its owner only."""
    path = data / "secret.key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(new_key())
    return path.read_text().strip()
