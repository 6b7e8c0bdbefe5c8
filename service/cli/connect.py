"""`plansync connect`: sign in to an org once, see who and where we are, and keep the login sealed.

With --certificate, an org that is connected is not signed in to anew: only its certificate is registered.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from service.access import certificates
from service.access.certificates import Certificate
from service.cli.exits import Exit
from service.cli.opening import check_revision, joined
from service.cli.options import json_option
from service.cli.output import emit, moment, say
from service.config import Credentials, Settings
from service.crm.client import Identity
from service.store import orgs, schema
from service.store.orgs import Org
from service.wiring import Services, login_document, open_client


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the first sign-in found out."""

    identity: Identity
    time_zone: str


Shown = dict[str, Any]


@click.command()
@click.option("--name", default="default", show_default=True, help="What the org is called from now on.")
@click.option("--namespace", metavar="PREFIX", help="The namespace that the package is installed with.")
@click.option("--url", metavar="URL", help="The org's My Domain URL, in place of SALESFORCE_INSTANCE_URL.")
@click.option("--token-file", type=click.File(), help="A file with an access token; - reads standard input.")
@click.option(
    "--ca-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The CA of an org that brings its own, such as the local org.",
)
@click.option(
    "--certificate",
    "certificate_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The certificate that the org signs its users' requests with; those before it count for another day.",
)
@json_option
@click.pass_obj
def connect(  # noqa: PLR0913 - one parameter an option
    settings: Settings,
    *,
    name: str,
    namespace: str | None,
    url: str | None,
    token_file: TextIO | None,
    ca_file: Path | None,
    certificate_file: Path | None,
    as_json: bool,
) -> Exit:
    """Connect an org: sign in with the login that the environment describes, and keep it sealed.

    \b
    SALESFORCE_INSTANCE_URL with one of
      SALESFORCE_CLIENT_ID, SALESFORCE_USERNAME, SALESFORCE_PRIVATE_KEY_FILE   (JWT bearer)
      SALESFORCE_CLIENT_ID, SALESFORCE_CLIENT_SECRET                           (client credentials)
      SALESFORCE_CLIENT_ID, SALESFORCE_REFRESH_TOKEN                           (refresh token)
      SALESFORCE_ACCESS_TOKEN                                                  (until it expires)
    """
    certificate = certificates.read(certificate_file.read_bytes()) if certificate_file else None
    if certificate and not any((namespace, url, token_file, ca_file)):
        registered = _register_only(settings, name, certificate)
        if registered:
            _announce_certificates(*registered, as_json=as_json)
            return Exit.OK
    given = _with_options(settings.crm, url=url, token_file=token_file, ca_file=ca_file)
    document = login_document(replace(settings, crm=given))
    with joined(settings) as services:
        _prepare_tables(services)
        found = _sign_in(document)
        _refuse_another_org(services, name, found.identity)
        org = _save(services, document, found, name=name, namespace=namespace)
        counting = _register(services, org, certificate) if certificate else []
    _announce(org, found.identity, counting, as_json=as_json)
    return Exit.OK


def _register_only(settings: Settings, name: str, certificate: Certificate) -> tuple[Org, list[Shown]] | None:
    """Register a certificate of an org that is connected, and do not look at the org; None where there is none."""
    with joined(settings) as services:
        _prepare_tables(services)
        org = next((org for org in orgs.every(services.engine) if org.name == name), None)
        return (org, _register(services, org, certificate)) if org else None


def _register(services: Services, org: Org, certificate: Certificate) -> list[Shown]:
    """Register a certificate and return those that count now, as they are shown."""
    now = services.clock()
    counting = certificates.register(services.engine, org.id, certificate, now=now)
    return [
        {"fingerprint": each.fingerprint, "registered_at": each.registered_at, "retired_at": each.retired_at}
        for each in counting
    ]


def _with_options(
    known: Credentials, *, url: str | None, token_file: TextIO | None, ca_file: Path | None
) -> Credentials:
    """Put the options over the environment; a token given by hand is the whole login."""
    place = replace(known, instance_url=url or known.instance_url, ca_file=ca_file or known.ca_file)
    if token_file is None:
        return place
    token = token_file.read().strip()
    if not token:
        raise click.BadParameter("it holds no token", param_hint="--token-file")
    return Credentials(instance_url=place.instance_url, ca_file=place.ca_file, access_token=token)


def _prepare_tables(services: Services) -> None:
    """Migrate the embedded database, which is ours alone; leave another one to its operator."""
    if services.settings.database_url is None:
        schema.upgrade(services.engine)
    check_revision(schema.current(services.engine))


def _sign_in(document: dict[str, Any]) -> Found:
    client = open_client(document, renew=lambda token: document.update(refresh_token=token), attempts=1)
    with closing(client.session):
        identity = client.identity()
        row = next(client.query("SELECT TimeZoneSidKey FROM Organization"))
    return Found(identity=identity, time_zone=_known_zone(row["TimeZoneSidKey"]))


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"


def _refuse_another_org(services: Services, name: str, identity: Identity) -> None:
    for org in orgs.every(services.engine):
        if org.name == name and org.crm_org_id not in (None, identity.org_id):
            raise click.UsageError(
                f"{name!r} is the org {org.crm_org_id}, and this login belongs to {identity.org_id}; "
                "give the new org a --name of its own"
            )


def _save(services: Services, document: dict[str, Any], found: Found, *, name: str, namespace: str | None) -> Org:
    return orgs.save(
        services.engine,
        Org(
            id=services.new_id(),
            name=name,
            instance_url=document["instance_url"],
            crm_org_id=found.identity.org_id,
            namespace=namespace,
            time_zone=found.time_zone,
            login=services.seal.seal(document),
        ),
    )


def _announce(org: Org, identity: Identity, counting: list[Shown], *, as_json: bool) -> None:
    if as_json:
        emit(
            {
                "name": org.name,
                "id": org.id,
                "instance_url": org.instance_url,
                "crm_org_id": org.crm_org_id,
                "namespace": org.namespace,
                "time_zone": org.time_zone,
                "username": identity.username,
                **({"certificates": counting} if counting else {}),
            }
        )
        return
    say(f"Connected {org.name}: {org.crm_org_id} at {org.instance_url}, as {identity.username}, in {org.time_zone}.")
    _tell(org, counting)
    say(f"Next: `plansync mappings check --org {org.name}`, then `plansync sync`.")


def _announce_certificates(org: Org, counting: list[Shown], *, as_json: bool) -> None:
    if as_json:
        emit({"name": org.name, "id": org.id, "certificates": counting})
    else:
        _tell(org, counting)


def _tell(org: Org, counting: list[Shown]) -> None:
    for each in counting:
        until = each["retired_at"]
        rest = f"counts until {moment(until, org.time_zone)} {org.time_zone}" if until else "signs for its users"
        say(f"Certificate {each['fingerprint'][:16]} of {org.name} {rest}.")
