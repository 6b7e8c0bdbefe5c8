"""Settings: the only reader of the environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from environs import Env, validate

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A real org's login, as far as the environment names it."""

    instance_url: str | None = None
    client_id: str | None = None
    username: str | None = None
    private_key_file: Path | None = None
    client_secret: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set from outside; the README lists each variable."""

    database_url: str | None = field(repr=False)
    data: Path
    secret_keys: tuple[str, ...] = field(repr=False)
    mappings: Path
    package: Path
    overlay: Path | None
    log_level: str
    log_json: bool
    crm: Credentials
    console_token: str | None = field(default=None, repr=False)
    proxies: int = 0
    url: str = "http://127.0.0.1:8080"
    sync_seconds: int = 60
    keep_days: int = 90
    api_rate: int = 600


def read_settings() -> Settings:
    """Read the environment once."""
    env = Env()
    salesforce = env("SALESFORCE_PRIVATE_KEY_FILE", None), env("SALESFORCE_CA_FILE", None)
    overlay = env("PLANSYNC_OVERLAY", None)
    return Settings(
        database_url=env("DATABASE_URL", None),
        data=Path(env("PLANSYNC_DATA", ".plansync")),
        secret_keys=tuple(env.list("PLANSYNC_SECRET_KEYS", [])),
        mappings=Path(env("PLANSYNC_MAPPINGS", str(ROOT / "mappings"))),
        package=Path(env("PLANSYNC_PACKAGE", str(ROOT / "sfdx"))),
        overlay=Path(overlay) if overlay else None,
        log_level=env("PLANSYNC_LOG_LEVEL", "warning", validate=validate.OneOf(("debug", "info", "warning", "error"))),
        log_json=env.bool("PLANSYNC_LOG_JSON", False),
        console_token=env("PLANSYNC_CONSOLE_TOKEN", None),
        proxies=env.int("PLANSYNC_PROXIES", 0, validate=validate.Range(0, 9)),
        url=env("PLANSYNC_URL", "http://127.0.0.1:8080").rstrip("/"),
        keep_days=env.int("PLANSYNC_KEEP_DAYS", 90, validate=validate.Range(1, 3_650)),
        api_rate=env.int("PLANSYNC_API_RATE", 600, validate=validate.Range(1, 1_000_000)),
        sync_seconds=env.int("PLANSYNC_SYNC_SECONDS", 60, validate=validate.Range(1, 3_600)),
        crm=Credentials(
            instance_url=env("SALESFORCE_INSTANCE_URL", None),
            client_id=env("SALESFORCE_CLIENT_ID", None),
            username=env("SALESFORCE_USERNAME", None),
            private_key_file=Path(salesforce[0]) if salesforce[0] else None,
            client_secret=env("SALESFORCE_CLIENT_SECRET", None),
            refresh_token=env("SALESFORCE_REFRESH_TOKEN", None),
            access_token=env("SALESFORCE_ACCESS_TOKEN", None),
            ca_file=Path(salesforce[1]) if salesforce[1] else None,
        ),
    )
