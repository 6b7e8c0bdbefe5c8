"""Rotating the key that seals logins: nothing is lost on the way, and afterwards only the newest key is needed."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from service.store import orgs
from service.store.sealing import Seal, SealingError, keys_of, new_key
from tests.cli.conftest import Crm, Shell


def use(monkeypatch: pytest.MonkeyPatch, *keys: str) -> None:
    """Name the keys in the environment."""
    monkeypatch.setenv("PLANSYNC_SECRET_KEYS", ",".join(keys))


def test_after_a_rotation_only_the_new_key_is_needed(
    shell: Shell, crm: Crm, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = new_key(), new_key()
    use(monkeypatch, old)
    crm.connect(shell, "--name", "acme")
    crm.connect(shell, "--name", "globex")
    use(monkeypatch, new, old)
    assert shell("sync", "--org", "acme").code == 0

    ran = shell("keys", "rotate", "--json")

    assert (ran.code, ran.document) == (0, {"resealed": 2, "keys": "PLANSYNC_SECRET_KEYS"})
    use(monkeypatch, new)
    assert shell("sync", "--org", "globex").code == 0
    with pytest.raises(SealingError):
        Seal([old]).open(orgs.named(engine, "acme").login)


def test_a_second_rotation_has_nothing_to_do(shell: Shell, crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, new_key())
    crm.connect(shell)

    ran = shell("keys", "rotate")

    assert ran.out.splitlines() == [
        "0 logins sealed anew; all open with the newest key of PLANSYNC_SECRET_KEYS.",
        "Restart every process, then take the older keys away.",
    ]


def test_without_the_old_key_nothing_is_touched_and_the_way_out_is_said(
    shell: Shell, crm: Crm, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, lost, new = new_key(), new_key(), new_key()
    use(monkeypatch, old)
    crm.connect(shell, "--name", "acme")
    use(monkeypatch, lost)
    crm.connect(shell, "--name", "globex")
    before = [org.login for org in orgs.every(engine)]
    use(monkeypatch, new, old)

    ran = shell("keys", "rotate", "--json")

    assert (ran.code, ran.document["error"]["code"]) == (4, "sealing")
    assert "put the key it was sealed with into PLANSYNC_SECRET_KEYS" in ran.document["error"]["message"]
    assert [org.login for org in orgs.every(engine)] == before


def test_the_key_in_the_data_directory_is_changed_for_a_fresh_one(shell: Shell, connected: Crm, engine: Engine) -> None:
    data = shell.folder / "data"
    [old] = keys_of(data)

    ran = shell("keys", "rotate")

    new, previous = keys_of(data)
    assert ran.out.splitlines() == [
        "1 login sealed anew; all open with the newest key of the data directory.",
        "Restart every process.",
    ]
    assert (previous, new != old) == (old, True)
    assert Seal([new]).open(orgs.named(engine, None).login)["kind"] == "token"
    assert shell("sync").code == 0


def test_a_process_that_was_not_restarted_yet_loses_nothing(shell: Shell, connected: Crm, engine: Engine) -> None:
    data = shell.folder / "data"
    running = Seal(keys_of(data))
    shell("keys", "rotate")
    org = orgs.named(engine, None)
    orgs.renew_login(engine, org.id, running.seal(Seal(keys_of(data)).open(org.login)))

    assert shell("sync").code == 0
    shell("keys", "rotate")
    shell("keys", "rotate")
    assert len(keys_of(data)) == 2
    assert shell("sync").code == 0
