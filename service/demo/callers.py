"""Users of the org at their desks: let in by tokens that the org signs, which say what each may do."""

from __future__ import annotations

from service.access import certificates, tokens
from service.demo.stage import Stage
from service.localorg.signing import key_pair, sign
from service.plans.desk import Desk


def trust(stage: Stage) -> None:
    """Register the org's certificate, as `plansync connect --certificate` does."""
    certificate = certificates.read(key_pair(stage.local_org).certificate.encode())
    certificates.register(stage.services.engine, stage.org.id, certificate, now=stage.now())


def desk_of(stage: Stage, username: str) -> Desk:
    """Let a user in and return the desk."""
    audience, now = stage.services.settings.url, stage.now()
    token = sign(stage.local_org, username, audience=audience)
    caller = tokens.verify(stage.services.engine, token, audience=audience, now=now)
    return Desk(org=stage.sync, user=caller.user, now=now, zone=stage.org.time_zone)
