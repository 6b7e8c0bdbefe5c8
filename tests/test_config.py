"""Settings: read once, with defaults that work, and no secret shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from environs import EnvError

from service.config import ROOT, read_settings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that says nothing to us."""
    for name in list(os.environ):
        if name == "DATABASE_URL" or name.startswith(("PLANSYNC_", "SALESFORCE_")):
            monkeypatch.delenv(name)
    return monkeypatch


def test_an_environment_that_says_nothing_is_enough() -> None:
    settings = read_settings()

    assert settings.database_url is None
    assert (settings.data, settings.mappings, settings.package) == (Path(".plansync"), ROOT / "mappings", ROOT / "sfdx")
    assert (settings.overlay, settings.secret_keys, settings.console_token) == (None, (), None)
    assert (settings.log_level, settings.log_json, settings.sync_seconds) == ("warning", False, 60)
    assert (settings.crm.instance_url, settings.crm.private_key_file, settings.crm.ca_file) == (None, None, None)


def test_every_setting_can_be_named(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named = {
        "DATABASE_URL": "postgresql://a@b/c",
        "PLANSYNC_DATA": str(tmp_path),
        "PLANSYNC_SECRET_KEYS": "one,two",
        "PLANSYNC_MAPPINGS": "m",
        "PLANSYNC_PACKAGE": "p",
        "PLANSYNC_OVERLAY": "o.yaml",
        "PLANSYNC_LOG_LEVEL": "debug",
        "PLANSYNC_LOG_JSON": "true",
        "PLANSYNC_CONSOLE_TOKEN": "t",
        "PLANSYNC_PROXIES": "1",
        "PLANSYNC_SYNC_SECONDS": "5",
        "PLANSYNC_URL": "https://plansync.example.com/",
        "SALESFORCE_INSTANCE_URL": "https://acme.my.salesforce.com",
        "SALESFORCE_CLIENT_ID": "id",
        "SALESFORCE_USERNAME": "u",
        "SALESFORCE_PRIVATE_KEY_FILE": "key.pem",
        "SALESFORCE_CLIENT_SECRET": "s",
        "SALESFORCE_REFRESH_TOKEN": "r",
        "SALESFORCE_ACCESS_TOKEN": "a",
        "SALESFORCE_CA_FILE": "ca.pem",
    }
    for name, value in named.items():
        bare.setenv(name, value)

    settings = read_settings()

    assert (settings.database_url, settings.data, settings.secret_keys) == (
        "postgresql://a@b/c",
        tmp_path,
        ("one", "two"),
    )
    assert (settings.mappings, settings.package, settings.overlay) == (Path("m"), Path("p"), Path("o.yaml"))
    assert (settings.log_level, settings.log_json, settings.console_token) == ("debug", True, "t")
    assert (settings.sync_seconds, settings.proxies) == (5, 1)
    assert settings.url == "https://plansync.example.com"
    crm = settings.crm
    assert (crm.instance_url, crm.client_id, crm.username) == ("https://acme.my.salesforce.com", "id", "u")
    assert (crm.client_secret, crm.refresh_token, crm.access_token) == ("s", "r", "a")
    assert (crm.private_key_file, crm.ca_file) == (Path("key.pem"), Path("ca.pem"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PLANSYNC_SECRET_KEYS", "hush-hush"),
        ("PLANSYNC_CONSOLE_TOKEN", "hush-hush"),
        ("SALESFORCE_CLIENT_SECRET", "hush-hush"),
        ("SALESFORCE_REFRESH_TOKEN", "hush-hush"),
        ("SALESFORCE_ACCESS_TOKEN", "hush-hush"),
        ("DATABASE_URL", "postgresql://a:hush-hush@b/c"),
    ],
)
def test_a_secret_does_not_show_when_settings_are_shown(bare: pytest.MonkeyPatch, name: str, value: str) -> None:
    bare.setenv(name, value)

    assert "hush-hush" not in repr(read_settings())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PLANSYNC_LOG_JSON", "perhaps"),
        ("PLANSYNC_LOG_LEVEL", "loud"),
        ("PLANSYNC_LOG_LEVEL", ""),
        ("PLANSYNC_PROXIES", "-1"),
    ],
)
def test_a_value_that_means_nothing_is_refused_by_name(bare: pytest.MonkeyPatch, name: str, value: str) -> None:
    bare.setenv(name, value)

    with pytest.raises(EnvError, match=name):
        read_settings()
