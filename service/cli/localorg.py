"""`plansync localorg`: a Salesforce-compatible org on this machine."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import click

from service.cli.output import add_rows, emit, plain, screen, table
from service.localorg.errors import InstallError
from service.localorg.http.app import App, create_app
from service.localorg.org import INTEGRATION, LocalOrg
from service.localorg.server import Server

_ENDING = (signal.SIGINT, signal.SIGTERM)
"""Blocked in every thread, so that only the main one, which waits for them, gets them."""
INTEGRATION_SETS = ("Plansync_Integration", "Plansync_Standard_Objects")
DEMO_USERS = (
    ("csm@example.com", ("CSC_Customer_Success", "Plansync_Standard_Objects")),
    ("participant@example.com", ("CSC_Participant_User",)),
)


@click.command("localorg")
@click.option(
    "--install",
    "package",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Salesforce DX project whose metadata the org installs; without it the org is empty, for deploys.",
)
@click.option("--namespace", help="Install as a package with this namespace.")
@click.option("--port", type=click.IntRange(0, 65535), default=8443, show_default=True, help="0 takes a free port.")
@click.option("--http", is_flag=True, help="Plain HTTP in place of TLS.")
@click.option("--database", type=click.Path(path_type=Path), help="Keep the records in this file.")
@click.option(
    "--tls-folder",
    type=click.Path(path_type=Path),
    default=Path(".plansync/localorg"),
    show_default=True,
    help="Where the CA and the server's certificate are kept.",
)
@click.option("--user", "users", multiple=True, metavar="NAME:SET,SET", help="Add a user with these permission sets.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
def localorg(  # noqa: PLR0913 - one parameter an option
    *,
    package: Path | None,
    namespace: str | None,
    port: int,
    http: bool,
    database: Path | None,
    tls_folder: Path,
    users: tuple[str, ...],
    as_json: bool,
) -> None:
    """Start a Salesforce-compatible org on this machine and serve it until interrupted."""
    org = _install(package, namespace, database)
    _add_users(org, [_parse_user(user) for user in users])
    app = create_app(org)
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        with Server(app, port=port, tls=None if http else tls_folder) as server:
            _announce(_facts(org, app, server), as_json=as_json)
            signal.sigwait(_ENDING)
    except OSError as error:
        raise click.ClickException(f"Port {port} cannot be used ({error}); choose another with --port.") from error


def _install(package: Path | None, namespace: str | None, database: Path | None) -> LocalOrg:
    try:
        return LocalOrg.install(package, namespace=namespace, database=str(database or ":memory:"))
    except InstallError as error:
        raise click.ClickException(f"The org refuses the package: {error}") from error


def _parse_user(text: str) -> tuple[str, tuple[str, ...]]:
    name, _, sets = text.partition(":")
    if not name:
        raise click.BadParameter(f"{text}: expected NAME:SET,SET", param_hint="--user")
    return name, tuple(part.strip() for part in sets.split(",") if part.strip())


def _add_users(org: LocalOrg, asked: list[tuple[str, tuple[str, ...]]]) -> None:
    """Add the users asked for and those of the demo whose permission sets the package has."""
    known = {name.rpartition("__")[2] for name in org.schema.permission_sets}
    shipped = [(name, tuple(s for s in sets if s in known)) for name, sets in DEMO_USERS]
    present = {row["Username"] for row in org.storage.rows("User")}
    for name, sets in [*asked, *((name, sets) for name, sets in shipped if sets)]:
        if name not in present:
            _add_user(org, name, sets)
            present.add(name)
    integration = org.user_id(INTEGRATION)
    if not list(org.storage.rows("PermissionSetAssignment", '"AssigneeId" = ?', (integration,))):
        for permission_set in INTEGRATION_SETS:
            if permission_set in known:
                org.assign(integration, permission_set)


def _add_user(org: LocalOrg, username: str, permission_sets: tuple[str, ...]) -> None:
    try:
        org.add_user(username, name=username.partition("@")[0].title(), permission_sets=permission_sets)
    except KeyError as error:
        raise click.ClickException(
            f"There is no {error.args[0]} for {username}; --install a package that has it."
        ) from error


def _facts(org: LocalOrg, app: App, server: Server) -> dict[str, Any]:
    return {
        "url": server.url,
        "ca_file": str(server.ca_file.resolve()) if server.ca_file else None,
        "org_id": org.org_id,
        "namespace": org.schema.namespace,
        "users": [
            {"username": row["Username"], "id": row["Id"], "access_token": app.api.sessions.token_of(row["Id"])}
            for row in org.storage.rows("User", '"IsActive" = 1')
        ],
        "register_client": f"POST {server.url}/localorg/clients"
        ' {"client_id": ..., "certificate": PEM or "secret": ..., "run_as": username}',
    }


def _announce(facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        emit(facts)
        return
    console = screen()
    console.print(f"Local org {facts['org_id']} at {facts['url']}", style="bold")
    if facts["ca_file"]:
        console.print("CA file:", facts["ca_file"], soft_wrap=True)
    users = ((user["username"], user["id"], user["access_token"]) for user in facts["users"])
    console.print(add_rows(table("Users", "Username", "Id", "Access token"), users), soft_wrap=True)
    console.print("To sign in by JWT bearer or client credentials, register a client:")
    console.print(plain(facts["register_client"]), soft_wrap=True)
    console.print("Ctrl-C stops the org.")
