"""Sealing: what is stored can only be read with a key, and keys can be changed without reading everything anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.store.sealing import Seal, SealingError, keep_keys, keys_of, new_key

DOCUMENT = {"kind": "token", "token": "00D!secret", "ca_file": None}


def test_a_document_comes_back_as_it_was_sealed_and_nothing_of_it_shows() -> None:
    seal = Seal([new_key()])

    sealed = seal.seal(DOCUMENT)

    assert seal.open(sealed) == DOCUMENT
    assert b"secret" not in sealed
    assert b"token" not in sealed


def test_the_same_document_looks_different_each_time() -> None:
    seal = Seal([new_key()])

    assert seal.seal(DOCUMENT) != seal.seal(DOCUMENT)


def test_the_wrong_key_says_what_to_do() -> None:
    sealed = Seal([new_key()]).seal(DOCUMENT)

    with pytest.raises(SealingError, match="sealed with another key; put the key it was sealed with into PLANSYNC_"):
        Seal([new_key()]).open(sealed)


def test_a_changed_document_is_not_opened() -> None:
    seal = Seal([new_key()])
    sealed = bytearray(seal.seal(DOCUMENT))
    sealed[30] ^= 1

    with pytest.raises(SealingError):
        seal.open(bytes(sealed))


def test_an_old_key_opens_and_the_newest_one_seals() -> None:
    old, new = new_key(), new_key()
    sealed = Seal([old]).seal(DOCUMENT)

    rotated = Seal([new, old])

    assert rotated.open(sealed) == DOCUMENT
    assert Seal([new]).open(rotated.seal(DOCUMENT)) == DOCUMENT
    with pytest.raises(SealingError):
        Seal([old]).open(rotated.seal(DOCUMENT))


@pytest.mark.parametrize("keys", [["not a key"], [""], [], [new_key(), "x"]])
def test_something_that_is_no_key_is_refused_with_the_way_out(keys: list[str]) -> None:
    with pytest.raises(SealingError, match="no Fernet key; make one with `plansync db key`"):
        Seal(keys)


def test_a_seal_does_not_show_its_keys() -> None:
    key = new_key()

    assert key not in repr(Seal([key]))


def test_only_what_the_newest_key_opens_needs_no_older_one() -> None:
    old, new = new_key(), new_key()
    seal = Seal([new, old])

    assert seal.is_newest(seal.seal(DOCUMENT))
    assert not seal.is_newest(Seal([old]).seal(DOCUMENT))
    assert not seal.is_newest(b"nothing of ours")


def test_the_key_of_the_data_directory_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "data"

    [key] = keys_of(data)

    assert keys_of(data) == [key]
    assert Seal([key]).open(Seal([key]).seal(DOCUMENT)) == DOCUMENT
    assert (data / "secret.key").stat().st_mode & 0o777 == 0o600


def test_kept_keys_come_back_in_order_and_stay_their_owners_alone(tmp_path: Path) -> None:
    keys = [new_key(), new_key()]
    # Left by a process that died while it wrote.
    (tmp_path / "secret.new").write_text("torn")

    keep_keys(tmp_path, keys)

    assert keys_of(tmp_path) == keys
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
