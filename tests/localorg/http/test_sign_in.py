from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from werkzeug.test import TestResponse

from service.localorg.http.app import App
from service.localorg.org import LocalOrg
from tests.localorg.http.calling import EDITOR, Caller, call, refusal

HOST = "https://org.example.com"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "client")])
    now = datetime.now(UTC)
    draft = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = draft.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    return dated.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture
def client(app: App, key: rsa.RSAPrivateKey) -> str:
    app.api.clients.register("client", "secret", certificate(key), run_as=EDITOR)
    return "client"


def ask(app: App, **form: Any) -> TestResponse:
    return call(app, "POST", "/services/oauth2/token", data=form, base_url=HOST)


def assertion(key: Any, algorithm: str = "RS256", **claims: Any) -> str:
    good = {"iss": "client", "sub": EDITOR, "aud": HOST, "exp": int(time.time()) + 180}
    return jwt.encode({**good, **claims}, key, algorithm=algorithm)


def works(app: App, token: str) -> bool:
    return Caller(app, token)("GET", "sobjects").status_code == 200


class TestJwtBearer:
    """RFC 7523 against the certificate of the client."""

    def test_an_assertion_is_worth_a_session_of_its_user(
        self, app: App, org: LocalOrg, client: str, key: rsa.RSAPrivateKey
    ) -> None:
        answer = ask(app, grant_type=JWT_BEARER, assertion=assertion(key))

        assert answer.status_code == 200
        assert answer.json["access_token"].startswith(f"{org.org_id[:15]}!")
        assert answer.json["instance_url"] == HOST
        assert answer.json["id"] == f"{HOST}/id/{org.org_id}/{org.user_id(EDITOR)}"
        assert answer.json["token_type"] == "Bearer"
        assert "refresh_token" not in answer.json
        assert works(app, answer.json["access_token"])

    @pytest.mark.parametrize(
        "claims",
        [
            {"aud": f"{HOST}/"},
            {"aud": "https://login.salesforce.com"},
            {"aud": "https://test.salesforce.com"},
            {"exp": int((time.time() + 36_000) * 1000)},
            {"exp": str(int(time.time() + 36_000))},
            {"sub": EDITOR.upper()},
        ],
    )
    def test_what_clients_write_differently_is_accepted(
        self, app: App, client: str, key: rsa.RSAPrivateKey, claims: dict[str, Any]
    ) -> None:
        assert ask(app, grant_type=JWT_BEARER, assertion=assertion(key, **claims)).status_code == 200

    @pytest.mark.parametrize(
        ("claims", "error", "description"),
        [
            ({"iss": "other"}, "invalid_client_id", "client identifier invalid"),
            ({"aud": "https://elsewhere.example.com"}, "invalid_grant", "audience is invalid"),
            ({"sub": "nobody@example.com"}, "invalid_grant", "user hasn't approved this consumer"),
            ({"exp": int(time.time()) - 1}, "invalid_grant", "token expired"),
            ({"exp": int((time.time() - 1) * 1000)}, "invalid_grant", "token expired"),
            ({"exp": "soon"}, "invalid_grant", "token expired"),
        ],
    )
    def test_a_claim_that_does_not_hold_is_refused(
        self, app: App, client: str, key: rsa.RSAPrivateKey, claims: dict[str, Any], error: str, description: str
    ) -> None:
        answer = ask(app, grant_type=JWT_BEARER, assertion=assertion(key, **claims))

        assert answer.status_code == 400
        assert answer.json == {"error": error, "error_description": description}

    def test_another_key_another_algorithm_or_no_token_is_refused(
        self, app: App, client: str, key: rsa.RSAPrivateKey
    ) -> None:
        other = rsa.generate_private_key(public_exponent=65537, key_size=2048)

        for bad in (assertion(other), assertion("x" * 64, "HS256"), assertion(key, "RS512"), "nonsense", ""):
            answer = ask(app, grant_type=JWT_BEARER, assertion=bad)
            assert answer.json == {"error": "invalid_grant", "error_description": "invalid assertion"}

    def test_a_client_without_a_certificate_cannot_sign(self, app: App, key: rsa.RSAPrivateKey) -> None:
        app.api.clients.register("client", "secret")

        answer = ask(app, grant_type=JWT_BEARER, assertion=assertion(key))

        assert answer.json["error_description"] == "invalid assertion"

    def test_an_inactive_user_is_refused(self, app: App, client: str, key: rsa.RSAPrivateKey, admin: Caller) -> None:
        user_id = app.api.org.user_id(EDITOR)
        assert admin("PATCH", f"sobjects/User/{user_id}", json={"IsActive": False}).status_code == 204

        answer = ask(app, grant_type=JWT_BEARER, assertion=assertion(key))

        assert answer.json == {"error": "invalid_grant", "error_description": "inactive user"}

    def test_a_certificate_must_hold_an_rsa_key(self, app: App) -> None:
        with pytest.raises(ValueError, match="RSA"):
            app.api.clients.register("client", certificate_pem=certificate(ec.generate_private_key(ec.SECP256R1())))


class TestClientCredentials:
    """A client that runs as the user it was set up with."""

    def test_id_and_secret_are_worth_a_session(self, app: App, client: str) -> None:
        answer = ask(app, grant_type="client_credentials", client_id=client, client_secret="secret")

        assert works(app, answer.json["access_token"])
        assert answer.json["id"].endswith(app.api.org.user_id(EDITOR))

    def test_they_may_come_as_basic_authorization(self, app: App, client: str) -> None:
        answer = call(
            app,
            "POST",
            "/services/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=(client, "secret"),
        )

        assert works(app, answer.json["access_token"])

    @pytest.mark.parametrize(
        ("form", "error"),
        [
            ({"client_id": "client", "client_secret": "wrong"}, "invalid_client"),
            ({"client_id": "client"}, "invalid_client"),
            ({"client_id": "other", "client_secret": "secret"}, "invalid_client_id"),
            ({}, "invalid_client_id"),
        ],
    )
    def test_others_are_refused(self, app: App, client: str, form: dict[str, str], error: str) -> None:
        answer = ask(app, grant_type="client_credentials", **form)

        assert (answer.status_code, answer.json["error"]) == (400, error)

    def test_a_client_without_a_user_cannot_run(self, app: App) -> None:
        app.api.clients.register("client", "secret")

        answer = ask(app, grant_type="client_credentials", client_id="client", client_secret="secret")

        assert answer.json["error_description"] == "no client credentials user enabled"


class TestPassword:
    """Username and password, with the security token behind it."""

    @pytest.fixture(autouse=True)
    def password(self, app: App) -> None:
        call(
            app,
            "POST",
            "/localorg/passwords",
            json={"username": EDITOR, "password": "secret word", "security_token": "TOKEN"},
        )

    def test_it_is_worth_a_session(self, app: App, client: str) -> None:
        answer = ask(
            app,
            grant_type="password",
            client_id=client,
            client_secret="secret",
            username=EDITOR,
            password="secret wordTOKEN",
        )

        assert works(app, answer.json["access_token"])

    @pytest.mark.parametrize(
        ("form", "error"),
        [
            ({"username": EDITOR, "password": "secret word"}, "invalid_grant"),
            ({"username": EDITOR, "password": "wrong"}, "invalid_grant"),
            ({"username": "admin@example.com", "password": ""}, "invalid_grant"),
            ({"username": "nobody@example.com", "password": "secret wordTOKEN"}, "invalid_grant"),
            ({"client_secret": "wrong"}, "invalid_client"),
        ],
    )
    def test_others_are_refused(self, app: App, client: str, form: dict[str, str], error: str) -> None:
        answer = ask(app, grant_type="password", **{"client_id": client, "client_secret": "secret", **form})

        assert (answer.status_code, answer.json["error"]) == (400, error)

    @pytest.mark.parametrize("asked", [{"username": EDITOR}, {"username": "nobody@example.com", "password": "x"}])
    def test_a_password_is_given_to_a_user(self, app: App, asked: dict[str, str]) -> None:
        assert refusal(call(app, "POST", "/localorg/passwords", json=asked)) == (400, "INVALID_INPUT")


class TestRefresh:
    """Refresh tokens, as the web-server flow would have given them."""

    def test_a_refresh_token_outlives_the_session(self, app: App, client: str) -> None:
        given = call(app, "POST", "/localorg/sessions", json={"username": EDITOR, "client_id": client}).json
        call(app, "POST", "/localorg/sessions", json={"expire": True})

        answer = ask(
            app,
            grant_type="refresh_token",
            client_id=client,
            client_secret="secret",
            refresh_token=given["refresh_token"],
        )

        assert works(app, answer.json["access_token"])

    @pytest.mark.parametrize(
        ("form", "error"),
        [
            ({"client_id": "client", "client_secret": "secret", "refresh_token": "x"}, "invalid_grant"),
            ({"client_id": "client", "client_secret": "wrong"}, "invalid_client"),
            ({"client_id": "other"}, "invalid_client_id"),
        ],
    )
    def test_others_are_refused(self, app: App, client: str, form: dict[str, str], error: str) -> None:
        assert ask(app, grant_type="refresh_token", **form).json["error"] == error

    def test_a_refresh_token_is_of_use_to_its_client_only(self, app: App, client: str) -> None:
        app.api.clients.register("public")
        token = app.api.sessions.grant_refresh(app.api.org.user_id(EDITOR), client)

        answer = ask(app, grant_type="refresh_token", client_id="public", refresh_token=token)

        assert answer.json["error"] == "invalid_grant"


def test_other_grants_are_not_supported(app: App) -> None:
    assert ask(app, grant_type="authorization_code").json["error"] == "unsupported_grant_type"


class TestSessions:
    """Tokens on calls."""

    @pytest.mark.parametrize(
        ("headers", "code"),
        [
            ({}, "INVALID_AUTH_HEADER"),
            ({"Authorization": "Bearer nonsense"}, "INVALID_SESSION_ID"),
            ({"Authorization": "Basic eDp5"}, "INVALID_SESSION_ID"),
        ],
    )
    def test_a_call_without_a_live_token_is_refused(self, app: App, headers: dict[str, str], code: str) -> None:
        assert refusal(call(app, "GET", "/services/data/v68.0/sobjects", headers=headers)) == (401, code)

    def test_the_old_scheme_is_understood(self, app: App, editor: Caller) -> None:
        answer = call(app, "GET", "/services/data/v68.0", headers={"Authorization": f"OAuth {editor.token}"})

        assert answer.status_code == 200

    def test_sessions_can_be_expired_for_one_or_for_all(self, app: App, editor: Caller, admin: Caller) -> None:
        assert call(app, "POST", "/localorg/sessions", json={"expire": True, "username": EDITOR}).json["expired"] == 1
        assert refusal(editor("GET", "sobjects")) == (401, "INVALID_SESSION_ID")
        assert admin("GET", "sobjects").status_code == 200

        call(app, "POST", "/localorg/sessions", json={"expire": True})
        assert refusal(admin("GET", "sobjects")) == (401, "INVALID_SESSION_ID")

    def test_a_user_who_is_no_longer_active_is_signed_out(self, app: App, editor: Caller, admin: Caller) -> None:
        admin("PATCH", f"sobjects/User/{app.api.org.user_id(EDITOR)}", json={"IsActive": False})

        assert refusal(editor("GET", "sobjects")) == (401, "INVALID_SESSION_ID")


def test_userinfo_and_identity_tell_who_is_signed_in(app: App, org: LocalOrg, editor: Caller) -> None:
    user_id = org.user_id(EDITOR)

    info = editor("GET", "/services/oauth2/userinfo").json
    identity = editor("GET", f"/id/{org.org_id}/{user_id}").json

    assert (info["user_id"], info["organization_id"]) == (user_id, org.org_id)
    assert (info["preferred_username"], info["name"], info["zoneinfo"]) == (EDITOR, "Eddy Editor", "UTC")
    assert (identity["username"], identity["display_name"]) == (EDITOR, "Eddy Editor")
    assert info["sub"] == identity["id"]


def test_userinfo_needs_a_session_and_an_identity_is_ones_own(app: App, org: LocalOrg, editor: Caller) -> None:
    assert refusal(call(app, "GET", "/services/oauth2/userinfo")) == (401, "INVALID_AUTH_HEADER")
    answer = editor("GET", f"/id/{org.org_id}/{org.user_id('admin@example.com')}")
    assert refusal(answer) == (404, "NOT_FOUND")
