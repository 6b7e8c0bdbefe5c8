from __future__ import annotations

import os
import ssl
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509

from service.localorg.http.app import App
from service.localorg.server import Server
from service.localorg.tls import certificates
from tests.localorg.http.calling import ROOT, Caller, fetch


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture
def server(app: App, folder: Path) -> Iterator[Server]:
    with Server(app, tls=folder) as server:
        yield server


def test_the_server_speaks_tls_with_its_own_ca(server: Server, editor: Caller) -> None:
    bearer = {"Authorization": f"Bearer {editor.token}"}

    answer = fetch("GET", f"{server.url}{ROOT}/sobjects", headers=bearer, verify=str(server.ca_file))

    assert server.url.startswith("https://localhost:")
    assert answer.status_code == 200
    assert answer.json()["sobjects"][0]["urls"]["uiNewRecord"].startswith(server.url)


def test_a_client_without_the_ca_does_not_trust_it(server: Server) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        fetch("GET", f"{server.url}/services/data")


def test_the_address_is_good_as_well(server: Server) -> None:
    url = server.url.replace("localhost", "127.0.0.1")

    assert fetch("GET", f"{url}/services/data", verify=str(server.ca_file)).status_code == 200


def test_a_connection_is_kept_for_further_requests(server: Server) -> None:
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(server.ca_file)
        answers = [session.get(f"{server.url}/services/data", stream=True, timeout=30) for _ in range(2)]
        for answer in answers:
            answer.content  # noqa: B018 - gives the connection back
        third = session.get(f"{server.url}/services/data", timeout=30)

    assert third.raw.version == 11
    assert third.headers.get("Connection", "").lower() != "close"


def test_the_server_speaks_plain_http_on_request(app: App) -> None:
    with Server(app) as server:
        assert server.ca_file is None
        assert fetch("GET", f"{server.url}/services/data").json()[-1]["version"] == "68.0"


def test_a_port_that_was_used_is_free_again(app: App) -> None:
    with Server(app) as first:
        port = int(first.url.rpartition(":")[2])

    with Server(app, port=port) as second:
        assert second.url == first.url


class TestCertificates:
    """A CA and a server certificate in a folder."""

    def test_they_are_used_again(self, tmp_path: Path) -> None:
        first = certificates(tmp_path / "new" / "folder").certificate.read_bytes()

        assert certificates(tmp_path / "new" / "folder").certificate.read_bytes() == first

    def test_the_key_is_for_the_owner_only(self, tmp_path: Path) -> None:
        files = certificates(tmp_path)

        assert stat.S_IMODE(files.key.stat().st_mode) == 0o600

    def test_they_are_made_anew_before_they_run_out(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("service.localorg.tls._VALID", timedelta(days=6))
        first = certificates(tmp_path).ca.read_bytes()
        monkeypatch.undo()

        assert certificates(tmp_path).ca.read_bytes() != first
        kept = x509.load_pem_x509_certificate(certificates(tmp_path).certificate.read_bytes())
        assert kept.not_valid_after_utc > datetime.now(UTC) + timedelta(days=300)

    def test_the_authority_is_strict_enough_for_openssl(self, tmp_path: Path) -> None:
        files = certificates(tmp_path)
        context = ssl.create_default_context(cafile=os.fspath(files.ca))

        assert len(context.get_ca_certs()) == 1

    def test_the_names_of_salesforce_are_in_the_certificate(self, tmp_path: Path) -> None:
        certificate = x509.load_pem_x509_certificate(certificates(tmp_path).certificate.read_bytes())
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

        assert {"localhost", "login.salesforce.com"} <= set(names.get_values_for_type(x509.DNSName))
