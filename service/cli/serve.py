"""`plansync serve`: the console on this machine."""

from __future__ import annotations

import signal
from threading import Event, Thread

import click
from cheroot.wsgi import Server

from service.app import create_app
from service.cli.exits import Exit
from service.cli.opening import opened
from service.cli.options import json_option
from service.cli.output import emit, say
from service.config import Settings
from service.pages.door import is_loopback

THREADS = 8


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="An address of this machine's own.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free port.")
@json_option
@click.pass_obj
def serve(settings: Settings, *, host: str, port: int, as_json: bool) -> Exit:
    """Serve the console to this machine until interrupted."""
    if not is_loopback(host):
        raise click.UsageError(
            f"{host} is open to the network and the console has no sign-in yet: serve it on 127.0.0.1 and reach it "
            "through an SSH tunnel, or run service.wsgi with PLANSYNC_CONSOLE_TOKEN behind TLS"
        )
    with opened(settings) as services:
        server = Server((host, port), create_app(services), numthreads=THREADS, server_name="plansync")
        _prepare(server, host, port)
        _serve(server, f"http://{_name(host)}:{server.bind_addr[1]}/", as_json=as_json)
    return Exit.OK


def _prepare(server: Server, host: str, port: int) -> None:
    try:
        server.prepare()
    except OSError as error:
        raise click.ClickException(f"{host}:{port} cannot be used ({error}); choose another --port") from error


def _serve(server: Server, url: str, *, as_json: bool) -> None:
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    thread = Thread(target=server.serve, name="console", daemon=True)
    thread.start()
    if as_json:
        emit({"url": url})
    else:
        say(f"The console is at {url} - Ctrl-C stops it.")
    stop.wait()
    server.stop()
    thread.join()


def _name(host: str) -> str:
    return f"[{host}]" if ":" in host else host
