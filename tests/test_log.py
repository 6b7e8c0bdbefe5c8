"""Logs: one line an event on standard error, and no secret in it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from service import log


@pytest.fixture(autouse=True)
def _afterwards() -> Iterator[None]:
    """Leave structlog, and the logs of libraries, as they were."""
    before = logging.getLogger().handlers
    yield
    logging.getLogger().handlers = before
    structlog.reset_defaults()


def test_an_event_is_one_line_of_json_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up(level="info", as_json=True)

    structlog.get_logger().info("A cycle ended", org="acme", calls=1)

    out, err = capsys.readouterr()
    event = json.loads(err)
    assert out == ""
    assert (event["event"], event["org"], event["calls"], event["level"]) == ("A cycle ended", "acme", 1, "info")
    assert event["timestamp"].endswith("Z")


def test_an_event_is_a_readable_line_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up(level="info")

    structlog.get_logger().info("A cycle ended", org="acme")

    [line] = capsys.readouterr().err.splitlines()
    assert "A cycle ended" in line
    assert "org=acme" in line
    assert "\x1b" not in line


@pytest.mark.parametrize(("level", "shown"), [("debug", 2), ("info", 1), ("warning", 0), ("error", 0)])
def test_only_events_of_the_level_and_above_are_written(
    capsys: pytest.CaptureFixture[str], level: str, shown: int
) -> None:
    log.set_up(level=level)

    structlog.get_logger().debug("quiet")
    structlog.get_logger().info("louder")

    assert len(capsys.readouterr().err.splitlines()) == shown


def test_warnings_are_written_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up()

    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")

    assert "loud" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", ["token", "access_token", "CLIENT_SECRET", "Password", "assertion", "Authorization", "private_key"]
)
@pytest.mark.parametrize("as_json", [True, False])
def test_a_field_whose_name_says_secret_is_blanked(
    capsys: pytest.CaptureFixture[str], name: str, as_json: bool
) -> None:
    log.set_up(as_json=as_json)

    structlog.get_logger().warning("Signed in", **{name: "hush-hush", "user": "u"})

    written = capsys.readouterr().err
    assert "hush-hush" not in written
    assert "***" in written
    assert "u" in written


def test_what_is_bound_to_the_context_is_written_and_blanked_too(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up(as_json=True)

    with structlog.contextvars.bound_contextvars(org="acme", token="hush-hush"):
        structlog.get_logger().warning("Signed in")

    event = json.loads(capsys.readouterr().err)
    assert (event["org"], event["token"]) == ("acme", "***")


SHAPES = {
    "session": "00DLs0000000001!AQ0123456789abcdef.AQ_",
    "assertion": "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2ln-bmF0dXJl_",
    "key": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----",
    "password": "postgresql://plansync:hush-hush@db:5432/plansync",
    "header": "Authorization: Bearer hush.hush-hush",
}
LEFT = {"password": "@db:5432/plansync", "header": "Authorization: Bearer", "key": "-----END PRIVATE KEY-----"}


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("as_json", [True, False])
def test_what_looks_like_a_secret_is_blanked_wherever_it_stands(
    capsys: pytest.CaptureFixture[str], kind: str, as_json: bool
) -> None:
    log.set_up(as_json=as_json)
    secret = SHAPES[kind]

    structlog.get_logger().warning(f"They said {secret} to us", seen={"nested": secret}, user="u-1")

    written = capsys.readouterr().err
    for part in ("AQ0123456789abcdef", "bmF0dXJl", "MIIEvQ", "kqhkiG", "hush-hush", "hush.hush"):
        assert part not in written
    assert "They said" in written
    assert "u-1" in written
    assert LEFT.get(kind, "") in written
    if as_json:
        assert json.loads(written)["level"] == "warning"


@pytest.mark.parametrize("as_json", [True, False])
def test_an_exception_is_written_with_its_lines_and_without_the_values_in_its_frames(
    capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    log.set_up(as_json=as_json)

    def fail(held: str) -> None:
        raise ValueError(f"{len(held)} characters are too many")

    try:
        fail("hush" + "-hush")
    except ValueError:
        structlog.get_logger().exception("It broke")

    written = capsys.readouterr().err
    assert "9 characters are too many" in written
    assert "raise ValueError(f" in written
    assert "hush-hush" not in written


def test_what_a_library_logs_looks_like_ours_and_hides_the_same_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up(as_json=True)
    log.set_up(as_json=True)

    logging.getLogger("somebody.else").info("quiet")
    logging.getLogger("somebody.else").warning("No way to %s", "postgresql://anna:hush-hush@db/plans")

    [line] = capsys.readouterr().err.splitlines()
    event = json.loads(line)
    assert (event["event"], event["logger"], event["level"]) == (
        "No way to postgresql://***@db/plans",
        "somebody.else",
        "warning",
    )


def test_the_error_of_a_library_comes_with_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up(as_json=True)

    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        logging.getLogger("somebody.else").exception("It broke")

    assert "ZeroDivisionError" in json.loads(capsys.readouterr().err)["exception"]
