"""`plansync keys`: change the key that seals what is secret."""

from __future__ import annotations

import click

from service.cli.exits import Exit
from service.cli.opening import opened
from service.cli.options import json_option
from service.cli.output import emit, say
from service.config import Settings
from service.store import orgs
from service.store.sealing import Seal, keep_keys, keys_of, new_key
from service.wiring import Services

KEPT = 2
"""Keys that stay in the data directory: processes that still run may seal with the one before the newest."""


@click.group()
def keys() -> None:
    """Look after the keys that seal logins: PLANSYNC_SECRET_KEYS, or the file in PLANSYNC_DATA."""


@keys.command()
@json_option
@click.pass_obj
def rotate(settings: Settings, *, as_json: bool) -> Exit:
    """Seal every login with the newest key: the first of PLANSYNC_SECRET_KEYS, else a fresh one in PLANSYNC_DATA."""
    with opened(settings) as services:
        if settings.secret_keys:
            resealed, where = orgs.reseal_logins(services.engine, services.seal), "PLANSYNC_SECRET_KEYS"
        else:
            resealed, where = _rotate_file(services), "the data directory"
    if as_json:
        emit({"resealed": resealed, "keys": where})
        return Exit.OK
    say(f"{resealed} login{'' if resealed == 1 else 's'} sealed anew; all open with the newest key of {where}.")
    if settings.secret_keys:
        say("Restart every process, then take the older keys away.")
    else:
        say("Restart every process.")
    return Exit.OK


def _rotate_file(services: Services) -> int:
    """Put a fresh key first, seal with it, and only then forget the old ones: whatever breaks, all logins open."""
    data = services.settings.data
    known = [new_key(), *keys_of(data)]
    keep_keys(data, known)
    resealed = orgs.reseal_logins(services.engine, Seal(known))
    keep_keys(data, known[:KEPT])
    return resealed
