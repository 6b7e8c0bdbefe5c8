"""A requests adapter that calls a WSGI app in-process: the whole client over the real protocol, with no socket.

client.session.mount("https://org.test", WsgiAdapter(create_app(org)))
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as RequestsConnectionError
from urllib3 import HTTPHeaderDict, HTTPResponse
from werkzeug.test import run_wsgi_app


class WsgiAdapter(HTTPAdapter):
    """Answer every request of the URL that it is mounted on by calling a WSGI app."""

    def __init__(self, app: Any) -> None:
        super().__init__()
        self._app = app

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """Run the app to its end, as a server with one client would."""
        try:
            chunks, status, headers = run_wsgi_app(self._app, _environ(request))
        except ConnectionResetError as cut:
            raise RequestsConnectionError(cut, request=request) from cut
        code, _, reason = status.partition(" ")
        raw = HTTPResponse(
            body=_received(chunks),
            headers=HTTPHeaderDict(headers.items()),
            status=int(code),
            reason=reason,
            preload_content=False,
        )
        return self.build_response(request, raw)


class _Torn(BytesIO):
    """What was received before the connection was cut."""

    def read(self, size: int | None = -1) -> bytes:
        """Read on until there is nothing left, then find the connection cut."""
        found = super().read(size)
        if not found:
            raise ConnectionResetError("the connection was cut")
        return found


def _received(chunks: Iterable[bytes]) -> BytesIO:
    """Run a response to its end, or to where it breaks off."""
    received: list[bytes] = []
    try:
        received.extend(chunks)
    except ConnectionResetError:
        return _Torn(b"".join(received))
    finally:
        getattr(chunks, "close", lambda: None)()
    return BytesIO(b"".join(received))


def _environ(request: PreparedRequest) -> dict[str, Any]:
    url = urlsplit(request.url or "")
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()}
    return headers | {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(url.path).decode("latin-1"),
        "QUERY_STRING": url.query,
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": url.hostname,
        "SERVER_PORT": str(url.port or (443 if url.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": url.netloc,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
