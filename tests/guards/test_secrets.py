"""No secret leaves the process but over the wire to its owner: not in logs, errors or reprs, and not open in the database."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import psycopg
import pytest
import requests
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from psycopg import sql
from sqlalchemy import Engine, make_url

from service import log
from service.cli.root import run
from service.config import read_settings
from service.crm.login import Grant
from service.errors import PlansyncError
from service.localorg.clock import Clock
from service.localorg.http.app import App, create_app
from service.localorg.org import INTEGRATION, LocalOrg
from service.localorg.server import Server
from service.store import orgs
from service.store.sealing import new_key
from service.wiring import build, login_document, open_client
from tests.filled import forget_admins, forget_orgs

ROOT = Path(__file__).parents[2]
PASSWORD, SECRET = "hush-database-hush", "hush-client-hush"
CONSOLE, ADMIN = "hush-console-hush-hush", "hush-admin-hush-hush"
KINDS = ("jwt", "client credentials", "refresh", "token")
COMMANDS = (
    ("sync",),
    ("keys", "rotate"),
    ("doctor",),
    ("doctor", "--json"),
    ("status", "--json"),
    ("parked",),
    ("conflicts", "list"),
    ("audit",),
    ("jobs",),
    ("admins", "add", "ada@example.com", "--password-stdin"),
    ("mappings", "check", "--org", "default"),
    ("db", "status"),
)


class Listener:
    """Pass every call on to an org, and remember the secrets that are in it."""

    def __init__(self, app: App) -> None:
        self.app, self.heard = app, set[str]()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer as the org does."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        self._hear(environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer "))
        if not environ["PATH_INFO"].endswith("/oauth2/token"):
            return self.app(environ, start_response)
        form = parse_qs(body.decode())
        self._hear(*(form[name][0] for name in ("assertion", "client_secret", "refresh_token") if name in form))
        answer = b"".join(self.app(environ, start_response))
        self._hear(json.loads(answer).get("access_token", ""))
        return [answer]

    def _hear(self, *secrets: str) -> None:
        self.heard |= {secret for secret in secrets if secret}


@dataclass
class Stage:
    """An org behind a socket, every way in to it, and an environment full of secrets."""

    listener: Listener
    url: str
    folder: Path
    set_env: Callable[[str, str], None]
    keys: list[str] = field(default_factory=lambda: [new_key(), new_key()])
    refresh_token: str = ""
    logged: StringIO = field(default_factory=StringIO)

    @property
    def secrets(self) -> set[str]:
        """Return everything that nobody may see."""
        pem = {line for line in private_key()[0].splitlines() if not line.startswith("-----")}
        return pem | self.listener.heard | {PASSWORD, SECRET, CONSOLE, ADMIN, *self.keys, self.refresh_token} - {""}

    def leaks(self, text: str) -> list[str]:
        """Return the secrets of which a text holds a good part."""
        return [secret for secret in self.secrets if _heart(secret) in text]

    def sign_in_by(self, kind: str) -> None:
        """Describe a login in the environment."""
        clients, user = self.listener.app.api.clients, INTEGRATION
        self.set_env("SALESFORCE_INSTANCE_URL", self.url)
        if kind == "token":
            self.set_env("SALESFORCE_ACCESS_TOKEN", self.token())
            return
        self.set_env("SALESFORCE_CLIENT_ID", "app")
        if kind == "jwt":
            key, certificate = private_key()
            clients.register("app", certificate_pem=certificate)
            (self.folder / "plansync.key").write_text(key)
            self.set_env("SALESFORCE_USERNAME", user)
            self.set_env("SALESFORCE_PRIVATE_KEY_FILE", str(self.folder / "plansync.key"))
            return
        clients.register("app", SECRET, None, user)
        self.set_env("SALESFORCE_CLIENT_SECRET", SECRET)
        if kind == "refresh":
            api = self.listener.app.api
            self.refresh_token = api.sessions.grant_refresh(api.org.user_id(user), "app")
            self.set_env("SALESFORCE_REFRESH_TOKEN", self.refresh_token)

    def token(self) -> str:
        """Open a session and return its token."""
        api = self.listener.app.api
        token = api.sessions.open(api.org.user_id(INTEGRATION))
        self.listener.heard.add(token)
        return token


def _heart(secret: str) -> str:
    """Return the middle of a secret: whoever cuts it at either end has still told it."""
    middle = len(secret) // 2
    return secret[max(0, middle - 12) : middle + 12]


@pytest.fixture
def stage(
    installed_org: LocalOrg,
    engine: Engine,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    """Nothing connected, and secrets wherever one can be."""
    for name in ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN", "ACCESS_TOKEN", "USERNAME", "PRIVATE_KEY_FILE"):
        monkeypatch.delenv(f"SALESFORCE_{name}", raising=False)
    forget_orgs(engine)
    listener = Listener(create_app(installed_org.clone(Clock())))
    with Server(listener) as server:
        made = Stage(listener, server.url, tmp_path, monkeypatch.setenv)
        url = make_url(database_url).set(password=PASSWORD).render_as_string(hide_password=False)
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("PLANSYNC_DATA", str(tmp_path / "data"))
        monkeypatch.setenv("PLANSYNC_SECRET_KEYS", made.keys[1])
        monkeypatch.setenv("PLANSYNC_CONSOLE_TOKEN", CONSOLE)
        monkeypatch.setenv("PLANSYNC_LOG_LEVEL", "debug")
        with everything_logged() as made.logged:
            yield made
    structlog.reset_defaults()
    forget_orgs(engine)
    forget_admins(engine)


@contextmanager
def everything_logged() -> Iterator[StringIO]:
    """Keep what any library logs, down to the last detail."""
    root, written = logging.getLogger(), StringIO()
    handler, before = logging.StreamHandler(written), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield written
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


@lru_cache
def private_key() -> tuple[str, str]:
    """Return a private key and its certificate, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Plansync")])
    now = datetime.now(UTC)
    draft = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    certificate = draft.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    return pem.decode(), certificate.decode()


@pytest.mark.parametrize("as_json", ["true", "false"], ids=["json", "console"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_command_tells_a_secret_whatever_it_logs(
    stage: Stage,
    kind: str,
    as_json: str,
    capfd: pytest.CaptureFixture[str],
    admin_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage.set_env("PLANSYNC_LOG_JSON", as_json)
    stage.sign_in_by(kind)
    monkeypatch.setattr(sys, "stdin", StringIO(f"{ADMIN}\n"))

    assert run(["connect"]) == 0
    stage.set_env("PLANSYNC_SECRET_KEYS", ",".join(stage.keys))
    assert {words: run(words) for words in COMMANDS} == dict.fromkeys(COMMANDS, 0)
    stage.listener.app.api.sessions.expire()
    after_expiry = run(["sync"])
    stage.listener.app.api.clients._clients.clear()
    stage.listener.app.api.sessions.expire()
    refused = (run(["sync"]), run(["doctor"]), run(["connect"]))

    assert (after_expiry, refused) == (3 if kind == "token" else 0, (3, 1, 3))
    out, err = capfd.readouterr()
    assert len(stage.listener.heard) > 1 or kind == "token"
    assert '"GET /services/oauth2/userinfo' in stage.logged.getvalue()
    assert stage.leaks(out + err + stage.logged.getvalue()) == []
    assert stage.leaks(database(admin_url)) == []


@pytest.mark.parametrize("as_json", ["true", "false"], ids=["json", "console"])
def test_the_processes_tell_no_secret(stage: Stage, as_json: str, capfd: pytest.CaptureFixture[str]) -> None:
    stage.set_env("PLANSYNC_LOG_JSON", as_json)
    stage.sign_in_by("client credentials")
    assert run(["connect"]) == 0

    command = [sys.executable, "-m", "service", "serve", "--all", "--port", "0", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        for path in ("", "healthz", "readyz", "metrics", "missing"):
            requests.get(url + path, headers={"Authorization": f"Bearer {CONSOLE}"}, timeout=30)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)

    assert stage.leaks(url + out + err) == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_error_on_the_way_in_quotes_a_secret_however_deep_its_causes(stage: Stage, kind: str) -> None:
    stage.sign_in_by(kind)
    document = login_document(read_settings())
    stage.listener.app.api.clients._clients.clear()
    stage.listener.app.api.sessions.expire()
    told: list[str] = []

    for url in (stage.url, "http://127.0.0.1:1", "https://127.0.0.1:1", "http://org.example"):
        client = open_client({**document, "instance_url": url}, renew=lambda _token: None, attempts=1)
        with suppress(PlansyncError):
            try:
                client.identity()
            except PlansyncError as error:
                told += [*traceback.format_exception(error), repr(error), str(vars(error))]
                raise

    assert len(told) > 4
    assert stage.leaks("".join(told)) == []


def test_a_private_key_that_cannot_be_read_is_not_quoted(stage: Stage) -> None:
    stage.sign_in_by("jwt")
    torn = private_key()[0][:400]
    (stage.folder / "plansync.key").write_text(torn)

    with pytest.raises(PlansyncError) as refused:
        open_client(login_document(read_settings()), renew=lambda _token: None).identity()

    assert stage.leaks("".join(traceback.format_exception(refused.value))) == []


def test_a_wrong_database_password_is_not_quoted(stage: Stage) -> None:
    stage.set_env("DATABASE_URL", f"postgresql://plansync:{PASSWORD}@127.0.0.1:1/plansync")

    with pytest.raises(PlansyncError) as refused:
        build(read_settings())

    assert stage.leaks("".join(traceback.format_exception(refused.value))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_shows_a_secret_in_its_repr(stage: Stage, kind: str) -> None:
    stage.sign_in_by(kind)
    assert run(["connect"]) == 0
    settings = read_settings()
    services = build(settings)
    try:
        org = orgs.named(services.engine, None)
        sync = services.sync(org)
        grant = sync.client.session.grant()
        things = [settings, settings.crm, services, services.engine.url, services.seal, org, sync, sync.client]
        things += [
            sync.client.session,
            sync.client.session._login,
            sync.client.salesforce,
            grant,
            services.patient(None),
        ]
        shown = "".join(f"{thing!r}{thing}" for thing in things)
    finally:
        services.engine.dispose()

    assert isinstance(grant, Grant)
    assert grant.token not in shown
    assert stage.leaks(shown) == []


@pytest.mark.parametrize("as_json", [True, False])
def test_a_logged_exception_does_not_show_what_its_frames_held(
    stage: Stage, as_json: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    log.set_up(level="debug", as_json=as_json)
    stage.sign_in_by("client credentials")
    document = login_document(read_settings())

    def use(document: dict[str, Any], token: str) -> None:
        raise ValueError(f"{len(document)} and {len(token)}")

    try:
        use(document, stage.token())
    except ValueError:
        structlog.get_logger().exception("It broke", login=str(sorted(document)))

    err = capfd.readouterr().err
    assert "ValueError" in err
    assert stage.leaks(err) == []


def database(admin_url: str) -> str:
    """Return every row of every table as text, past every fence."""
    url = make_url(admin_url).set(database="tests").render_as_string(hide_password=False)
    with psycopg.connect(url, options="-c bytea_output=escape") as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'procrastinate')"
        ).fetchall()
        rows = [
            str(row[0])
            for schema, table in tables
            for row in connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(schema, table)))
        ]
    assert any("org.test" in row or "127.0.0.1" in row or "localhost" in row for row in rows)
    return "\n".join(rows)
