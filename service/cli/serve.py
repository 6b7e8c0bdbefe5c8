"""`plansync serve`: the console on this machine, and with --all everything that runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import click
from cheroot.wsgi import Server

from service.app import create_app
from service.cli.exits import Exit
from service.cli.opening import opened
from service.cli.options import json_option
from service.cli.output import emit, say
from service.cli.stopping import asked_to_stop
from service.config import Settings
from service.jobs.clock import run_clock
from service.jobs.worker import Pace, run_worker
from service.pages.door import is_loopback
from service.wiring import Services

THREADS = 8


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="An address of this machine's own.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free port.")
@click.option(
    "--all", "everything", is_flag=True, help="Run the clock and a worker as well: all that a small site needs."
)
@json_option
@click.pass_obj
def serve(settings: Settings, *, host: str, port: int, everything: bool, as_json: bool) -> Exit:
    """Serve the console to this machine until interrupted."""
    if not is_loopback(host):
        raise click.UsageError(
            f"{host} is open to the network, and this server speaks no TLS: serve on 127.0.0.1 and reach it through an "
            "SSH tunnel, or run service.wsgi behind a server that does"
        )
    with opened(settings) as services:
        server = Server((host, port), create_app(services), numthreads=THREADS, server_name="plansync")
        _prepare(server, host, port)
        stop = asked_to_stop()
        _tell(f"http://{_name(host)}:{server.bind_addr[1]}/", as_json=as_json)
        _run([server.serve, *(_others(services, stop) if everything else ())], server, stop)
    return Exit.OK


def _prepare(server: Server, host: str, port: int) -> None:
    try:
        server.prepare()
    except OSError as error:
        raise click.ClickException(f"{host}:{port} cannot be used ({error}); choose another --port") from error


def _tell(url: str, *, as_json: bool) -> None:
    if as_json:
        emit({"url": url})
    else:
        say(f"The console is at {url} - Ctrl-C stops it.")


def _others(services: Services, stop: Event) -> Sequence[Callable[[], None]]:
    return (lambda: run_clock(services, stop), lambda: run_worker(services, stop, Pace()))


def _run(parts: Sequence[Callable[[], None]], server: Server, stop: Event) -> None:
    """Run all parts until asked to stop, or until one of them ends: then the others end, too."""
    with ThreadPoolExecutor(len(parts)) as threads:
        running = [threads.submit(part) for part in parts]
        for part in running:
            part.add_done_callback(lambda _: stop.set())
        stop.wait()
        server.stop()
    for part in running:
        part.result()


def _name(host: str) -> str:
    return f"[{host}]" if ":" in host else host
