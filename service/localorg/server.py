"""The org behind a socket: HTTP/1.1 with keep-alive, over TLS or plain, in a thread of its own."""

from __future__ import annotations

import re
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any

from cheroot.server import HTTPConnection, HTTPRequest
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server as WSGIServer

from service.localorg.tls import certificates

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_HOST = "127.0.0.1"
_THREADS = 16
_DOUBLE_SLASH = re.compile(rb"(?<= )//+")


class Server:
    """Serve a WSGI application on loopback while the `with` block runs."""

    def __init__(self, app: WSGIApplication, *, port: int = 0, tls: Path | None = None) -> None:
        self._server = WSGIServer((_HOST, port), app, numthreads=_THREADS, server_name="localhost", shutdown_timeout=1)
        self._server.ConnectionClass = _Connection
        self.ca_file: Path | None = None
        if tls is not None:
            files = certificates(tls)
            self.ca_file = files.ca
            self._server.ssl_adapter = BuiltinSSLAdapter(str(files.certificate), str(files.key))
        self._thread = Thread(target=self._server.serve, name="localorg", daemon=True)

    @property
    def url(self) -> str:
        """Return where clients reach the server, without a trailing slash."""
        scheme = "https" if self.ca_file else "http"
        return f"{scheme}://localhost:{self._server.bind_addr[1]}"

    def __enter__(self) -> Server:
        """Bind the port and start serving."""
        self._server.prepare()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving and wait for the thread to end."""
        self._server.stop()
        self._thread.join()


class _Request(HTTPRequest):
    """Take a path that begins with two slashes, as the sf command line writes it."""

    def read_request_line(self) -> bool:
        kept, self.rfile = self.rfile, _SingleSlash(self.rfile)
        try:
            return bool(super().read_request_line())  # type: ignore[no-untyped-call]
        finally:
            self.rfile = kept


class _SingleSlash:
    """Read request lines whose path begins with one slash."""

    def __init__(self, rfile: Any) -> None:
        self._rfile = rfile

    def readline(self) -> bytes:
        line: bytes = self._rfile.readline()
        return _DOUBLE_SLASH.sub(b"/", line, count=1)


class _Connection(HTTPConnection):
    RequestHandlerClass = _Request
