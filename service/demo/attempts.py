"""What a visitor of the demo can try from another terminal: an edit on each side, and what became of both."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass

from service.demo.stage import Stage
from service.localorg.org import ADMIN
from service.store.database import embedded_server


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One thing to try, and the command that does it."""

    what: str
    command: str


def attempts(stage: Stage) -> tuple[Attempt, ...]:
    """Return an edit of one success plan on each side, and the question what became of them."""
    plan = next(crm_id for key, crm_id in stage.crm_ids.items() if key.endswith("/plan"))
    data, why = stage.services.settings.data, shlex.join([".venv/bin/plansync", "why", plan])
    return (
        Attempt(what="Edit a success plan in the org; within a minute it is here:", command=_there(stage, plan)),
        Attempt(what="Edit it here; within seconds it is in the org:", command=_here(stage, plan)),
        Attempt(what="Ask what became of it:", command=f"PLANSYNC_DATA={shlex.quote(str(data))} {why}"),
    )


def _there(stage: Stage, plan: str) -> str:
    with stage.signed_in_as(ADMIN) as client:
        token = client.session.grant().token
    url = f"{stage.org.instance_url}/services/data/v68.0/sobjects/Success_Plan__c/{plan}"
    certificate = stage.services.seal.open(stage.org.login)["ca_file"]
    headers = ["-H", f"Authorization: Bearer {token}", "-H", "Content-Type: application/json"]
    edit = json.dumps({"Name": "Renamed in the org"})
    return shlex.join(["curl", "--cacert", certificate, "-X", "PATCH", url, *headers, "-d", edit])


def _here(stage: Stage, plan: str) -> str:
    services = stage.services
    psql = embedded_server(services.settings.data / "postgres").bin_path / "psql"
    url = services.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    edit = f"UPDATE success_plan SET summary = 'Written here' FROM links WHERE links.id = success_plan.id AND crm_id = '{plan}'"  # noqa: S608 - shown, not run
    return f'{shlex.join([str(psql), url])} -c "SET plansync.org = \'{stage.org.id}\'" -c "{edit}"'
