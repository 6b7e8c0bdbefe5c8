"""The composition root: settings become services, an environment becomes a login, a login becomes a client."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from service import wiring
from service.config import ROOT, Credentials, Settings
from service.crm.login import AccessToken, ClientCredentials, JwtBearer, RefreshToken
from service.store import orgs
from service.store.orgs import Org
from service.store.sealing import SealingError, new_key
from service.wiring import ConnectionIncomplete, Services, build, login_document, open_client

URL = "https://acme.my.salesforce.com"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings on the tests' database."""
    return Settings(
        database_url=database_url,
        data=tmp_path / "data",
        secret_keys=(new_key(),),
        mappings=ROOT / "mappings",
        package=ROOT / "sfdx",
        overlay=None,
        log_level="warning",
        log_json=False,
        crm=Credentials(),
    )


@pytest.fixture
def services(settings: Settings) -> Any:
    """Services on the tests' database."""
    services = build(settings)
    yield services
    services.engine.dispose()


@pytest.fixture
def org(services: Services) -> Org:
    """A connected org whose login is a refresh token."""
    document = {
        "kind": "refresh",
        "instance_url": URL,
        "client_id": "id",
        "refresh_token": "first",
        "secret": None,
        "ca_file": None,
    }
    return orgs.save(
        services.engine,
        Org(
            id=uuid4(),
            name=f"acme {uuid4()}",
            instance_url=URL,
            crm_org_id=None,
            namespace="ps",
            time_zone="UTC",
            login=services.seal.seal(document),
        ),
    )


def test_services_are_joined_from_the_settings(services: Services, settings: Settings) -> None:
    assert services.settings is settings
    assert services.clock().tzinfo is not None
    assert services.new_id().version == 4
    assert services.new_id() != services.new_id()
    assert services.seal.open(services.seal.seal({"a": 1})) == {"a": 1}


def test_without_keys_the_one_of_the_data_directory_is_used(settings: Settings) -> None:
    first, again = (build(replace(settings, secret_keys=())) for _ in range(2))

    assert again.seal.open(first.seal.seal({"a": 1})) == {"a": 1}
    assert (settings.data / "secret.key").is_file()
    first.engine.dispose()
    again.engine.dispose()


def test_without_a_database_url_the_embedded_server_is_used(
    settings: Settings, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def start(data: Path) -> str:
        asked.append(data)
        return database_url

    monkeypatch.setattr(wiring, "start_embedded", start)

    build(replace(settings, database_url=None)).engine.dispose()

    assert asked == [settings.data]


def test_a_sync_knows_its_org_its_mappings_and_its_side_of_the_store(services: Services, org: Org) -> None:
    sync = services.sync(org)

    assert (sync.org_id, sync.engine) == (org.id, services.engine)
    assert sync.mappings["objective"].sobject == "ps__Objective__c"
    sync.client.session.close()


def test_a_rotated_refresh_token_is_sealed_and_kept(services: Services, org: Org) -> None:
    login = services.client(org).session._login
    assert isinstance(login, RefreshToken)

    login.on_rotation("second")

    kept = services.seal.open(orgs.named(services.engine, org.name).login)
    assert (kept["refresh_token"], kept["client_id"]) == ("second", "id")


def test_a_login_sealed_with_a_lost_key_says_so(services: Services, org: Org, settings: Settings) -> None:
    other = build(replace(settings, secret_keys=(new_key(),)))

    with pytest.raises(SealingError, match="sealed with another key"):
        other.client(org)
    other.engine.dispose()


# The login that the environment describes


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A private key's file."""
    path = tmp_path / "key.pem"
    path.write_text("PEM")
    return path


def credentials(**values: Any) -> Credentials:
    """Return credentials of an org."""
    return Credentials(**{"instance_url": f"{URL}/", **values})


def test_the_environment_may_describe_any_of_four_logins(settings: Settings, key_file: Path) -> None:
    known: dict[str, Any] = {"instance_url": URL, "client_id": "id", "ca_file": None}
    cases: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (
            {"client_id": "id", "username": "u", "private_key_file": key_file},
            {**known, "kind": "jwt", "username": "u", "private_key": "PEM"},
        ),
        (
            {"client_id": "id", "refresh_token": "r", "client_secret": "s"},
            {**known, "kind": "refresh", "refresh_token": "r", "secret": "s"},
        ),
        ({"client_id": "id", "client_secret": "s"}, {**known, "kind": "client_credentials", "secret": "s"}),
        ({"access_token": "t"}, {**known, "client_id": None, "kind": "token", "token": "t"}),
    ]

    for given, document in cases:
        assert login_document(replace(settings, crm=credentials(**given))) == document


def test_the_ca_file_is_kept_by_its_whole_path(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    document = login_document(replace(settings, crm=credentials(access_token="t", ca_file=Path("ca.pem"))))

    assert document["ca_file"] == str(tmp_path / "ca.pem")


def test_no_instance_url_is_named_first(settings: Settings) -> None:
    with pytest.raises(ConnectionIncomplete, match="SALESFORCE_INSTANCE_URL is not set; give the org's My Domain URL"):
        login_document(settings)


@pytest.mark.parametrize(
    "given",
    [{}, {"client_id": "id"}, {"client_secret": "s"}, {"refresh_token": "r"}, {"client_id": "id", "username": "u"}],
)
def test_an_incomplete_login_names_what_would_complete_it(settings: Settings, given: dict[str, str]) -> None:
    with pytest.raises(
        ConnectionIncomplete, match="names no complete login: set SALESFORCE_CLIENT_ID with SALESFORCE_"
    ):
        login_document(replace(settings, crm=credentials(**given)))


def test_a_private_key_that_is_not_there_is_named(settings: Settings, tmp_path: Path) -> None:
    missing = credentials(client_id="id", username="u", private_key_file=tmp_path / "no.pem")

    with pytest.raises(ConnectionIncomplete, match=r"no\.pem"):
        login_document(replace(settings, crm=missing))


# The client of a login


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"kind": "jwt", "username": "u", "private_key": "PEM"}, JwtBearer),
        ({"kind": "refresh", "refresh_token": "r", "secret": None}, RefreshToken),
        ({"kind": "client_credentials", "secret": "s"}, ClientCredentials),
        ({"kind": "token", "token": "t"}, AccessToken),
    ],
)
def test_each_login_has_its_way_in(document: dict[str, Any], kind: type) -> None:
    client = open_client({"instance_url": URL, "client_id": "id", **document}, renew=lambda _: None)

    assert isinstance(client.session._login, kind)
    client.session.close()


def test_a_ca_file_is_trusted_and_one_that_is_gone_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    document = {"instance_url": URL, "kind": "token", "token": "t", "ca_file": str(path)}

    with pytest.raises(ConnectionIncomplete, match=r"ca\.pem is not there; put it back, or connect with another one"):
        open_client(document, renew=lambda _: None)

    path.write_text("PEM")
    client = open_client(document, renew=lambda _: None)
    assert client.session._settings.ca_file == path
    client.session.close()


def test_a_sealed_login_shows_nothing(org: Org, services: Services, engine: Engine) -> None:
    assert "first" not in repr(org)
    assert "first" not in repr(services.client(org).session._login)
