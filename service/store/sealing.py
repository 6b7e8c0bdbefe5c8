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
            known = [Fernet(key) for key in keys]
            self._keys = MultiFernet(known)
        except ValueError as error:
            raise SealingError(
                "PLANSYNC_SECRET_KEYS holds something that is no Fernet key; make one with `plansync db key`"
            ) from error
        self._newest = known[0]
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

    def is_newest(self, sealed: bytes) -> bool:
        """Say whether the newest key opens a document, so that the others are not needed for it."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def derived(self, purpose: str) -> list[str]:
        """Return a key for another purpose from each of the keys, the newest first; none tells the key it came from."""
        return [
            HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(root).hex()
            for root in self._roots
        ]


def new_key() -> str:
    """Return a fresh key."""
    return Fernet.generate_key().decode()


def keys_of(data: Path) -> list[str]:
    """Return the keys kept in the data directory, newest first; the first is made when there is none."""
    if not _file(data).exists():
        keep_keys(data, [new_key()])
    return _file(data).read_text().split()


def keep_keys(data: Path, keys: list[str]) -> None:
    """Keep these keys in the data directory, for its owner only; a reader sees the old ones or the new ones."""
    data.mkdir(parents=True, exist_ok=True)
    fresh = _file(data).with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text("\n".join(keys))
    fresh.replace(_file(data))


def _file(data: Path) -> Path:
    return data / "secret.key"
