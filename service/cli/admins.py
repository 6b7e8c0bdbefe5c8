"""`plansync admins`: who may sign in to the console."""

from __future__ import annotations

import sys

import click

from service.access import admins as access
from service.access.admins import NewPassword
from service.cli.exits import Exit
from service.cli.opening import opened
from service.cli.options import json_option
from service.cli.output import emit, moment, say, show
from service.config import Settings
from service.store import admins as store

password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it twice."
)


@click.group()
def admins() -> None:
    """Say who may sign in to the console; an admin sees every connected org."""


@admins.command()
@click.argument("email")
@password_option
@json_option
@click.pass_obj
def add(settings: Settings, *, email: str, password_stdin: bool, as_json: bool) -> Exit:
    """Let EMAIL sign in."""
    password = _password(from_stdin=password_stdin)
    with opened(settings) as services:
        added = access.add(services.engine, email, password, admin_id=services.new_id(), now=services.clock())
    return _said(f"{added.email} can sign in to the console.", {"added": added.email}, as_json=as_json)


@admins.command("list")
@json_option
@click.pass_obj
def list_(settings: Settings, *, as_json: bool) -> Exit:
    """List the admins."""
    with opened(settings) as services, services.engine.connect() as connection:
        known = store.every(connection)
    if as_json:
        emit({"admins": [{"email": admin.email, "created_at": admin.created_at} for admin in known]})
    elif known:
        rows = [(admin.email, moment(admin.created_at, "UTC")) for admin in known]
        show("Admins of the console (times in UTC)", ("E-mail", "Since"), rows)
    else:
        say("Nobody can sign in to the console yet; add somebody with `plansync admins add EMAIL`.")
    return Exit.OK


@admins.command()
@click.argument("email")
@json_option
@click.pass_obj
def remove(settings: Settings, *, email: str, as_json: bool) -> Exit:
    """Let EMAIL sign in no more, and end what is open."""
    with opened(settings) as services:
        removed = access.remove(services.engine, email)
    return _said(f"{removed.email} can sign in no more.", {"removed": removed.email}, as_json=as_json)


@admins.command("set-password")
@click.argument("email")
@password_option
@json_option
@click.pass_obj
def set_password(settings: Settings, *, email: str, password_stdin: bool, as_json: bool) -> Exit:
    """Give EMAIL a new password; every session ends, and failed attempts are forgotten."""
    password = _password(from_stdin=password_stdin)
    with opened(settings) as services:
        changed = access.set_password(services.engine, email, password)
    return _said(f"{changed.email} has a new password and signs in anew.", {"changed": changed.email}, as_json=as_json)


def _password(*, from_stdin: bool) -> NewPassword:
    if from_stdin:
        return NewPassword(text=sys.stdin.readline().rstrip("\r\n"))
    return NewPassword(
        text=click.prompt("Password", hide_input=True, type=str, confirmation_prompt="The same again", err=True)
    )


def _said(sentence: str, document: dict[str, str], *, as_json: bool) -> Exit:
    if as_json:
        emit(document)
    else:
        say(sentence)
    return Exit.OK
