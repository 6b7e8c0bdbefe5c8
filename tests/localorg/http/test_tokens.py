"""The org's word for who a user is: claims as Apex makes them, by the org's own key."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography import x509

from service.localorg.clock import Clock
from service.localorg.errors import Refusal
from service.localorg.http.app import create_app
from service.localorg.org import ADMIN, LocalOrg
from service.localorg.signing import key_pair, sign
from tests.localorg.conftest import NOW
from tests.localorg.http.calling import call, refusal

AUDIENCE = "https://plansync.example.com"
CSM = "csm@example.com"


@pytest.fixture(scope="module")
def signing(package: Any) -> LocalOrg:
    """The project's package, and the org's key made."""
    org = LocalOrg.install(package, clock=Clock(NOW))
    key_pair(org)
    return org


@pytest.fixture
def org(signing: LocalOrg) -> LocalOrg:
    """An org of this test's own, with a customer success manager."""
    org = signing.clone(Clock(NOW))
    org.add_user(CSM, name="Cora Csm", permission_sets=["CSC_Customer_Success"])
    return org


def claims(org: LocalOrg, token: str) -> dict[str, Any]:
    """The claims, once the org's certificate says that the org signed them."""
    key = x509.load_pem_x509_certificate(key_pair(org).certificate.encode()).public_key()
    unjudged = {"verify_exp": False, "verify_iat": False, "verify_aud": False}
    return jwt.decode(token, key, algorithms=["RS256"], options=unjudged)


def test_the_claims_are_those_of_the_user_at_the_orgs_moment(org: LocalOrg) -> None:
    found = claims(org, sign(org, CSM, audience=AUDIENCE))

    issued = int(NOW.timestamp())
    assert len(found.pop("jti")) == 36
    assert found == {
        "iss": org.org_id,
        "sub": org.user_id(CSM),
        "aud": AUDIENCE,
        "iat": issued,
        "exp": issued + 120,
        "permissions": ["CSC_Customer_Success", "Create_From_Template"],
        "name": "Cora Csm",
    }


def test_no_two_tokens_have_the_same_jti(org: LocalOrg) -> None:
    one, two = (claims(org, sign(org, CSM, audience=AUDIENCE)) for _ in range(2))

    assert one["jti"] != two["jti"]


def test_a_right_that_is_taken_away_is_gone_in_the_next_token(org: LocalOrg) -> None:
    (assignment,) = org.storage.rows("PermissionSetAssignment", '"AssigneeId" = ?', (org.user_id(CSM),))

    org.writer.delete(org.admin(), assignment["Id"])

    assert claims(org, sign(org, CSM, audience=AUDIENCE))["permissions"] == []


@pytest.mark.parametrize(("ends", "held"), [(timedelta(hours=1), True), (timedelta(), False)])
def test_a_right_in_a_group_counts_until_it_expires(org: LocalOrg, ends: timedelta, held: bool) -> None:
    org.add_user("part@example.com", name="Pia Part")
    in_group(org, "part@example.com", "CSC_Participant_User", expires=NOW + ends)

    found = claims(org, sign(org, "part@example.com", audience=AUDIENCE))

    assert found["permissions"] == (["CSC_Participant_User"] if held else [])


def test_an_administrator_holds_all_custom_permissions_by_his_profile(org: LocalOrg) -> None:
    assert len(claims(org, sign(org, ADMIN, audience=AUDIENCE))["permissions"]) == 3


def test_the_namespace_of_the_package_does_not_show(package: Any) -> None:
    org = LocalOrg.install(package, namespace="acme", clock=Clock(NOW))
    org.add_user(CSM, name="Cora Csm", permission_sets=["CSC - Customer Success"])

    found = claims(org, sign(org, CSM, audience=AUDIENCE))

    assert found["permissions"] == ["CSC_Customer_Success", "Create_From_Template"]


@pytest.mark.parametrize("username", ["nobody@example.com", "gone@example.com"])
def test_nobody_signs_for_a_user_who_is_not_there_or_not_active(org: LocalOrg, username: str) -> None:
    gone = org.add_user("gone@example.com", name="Gus Gone")
    org.writer.update(org.admin(), "User", gone, {"IsActive": False})

    with pytest.raises(Refusal, match=f"There is no active user {username}"):
        sign(org, username, audience=AUDIENCE)


def test_the_key_stays_as_long_as_the_records_do(org: LocalOrg, tmp_path: Any, package: Any) -> None:
    first = LocalOrg.install(package, database=str(tmp_path / "org.db"), clock=Clock(NOW))
    made = key_pair(first)
    first.storage.close()
    again = LocalOrg.install(package, database=str(tmp_path / "org.db"), clock=Clock(NOW))

    assert key_pair(again) == made
    assert key_pair(org.clone(Clock(NOW))) == key_pair(org)
    assert key_pair(org) != made
    again.storage.close()


def test_tokens_and_the_certificate_are_handed_out_over_http(org: LocalOrg) -> None:
    app = create_app(org)

    signed = call(app, "GET", "/localorg/token", query_string={"user": CSM, "audience": AUDIENCE})
    certificate = call(app, "GET", "/localorg/certificate")

    assert claims(org, signed.json["token"])["sub"] == org.user_id(CSM)
    assert certificate.text == key_pair(org).certificate
    assert certificate.headers["Content-Type"] == "application/x-pem-file"


@pytest.mark.parametrize("query", [{}, {"user": CSM}, {"audience": AUDIENCE}, {"user": "", "audience": AUDIENCE}])
def test_user_and_audience_are_required(org: LocalOrg, query: dict[str, str]) -> None:
    assert refusal(call(create_app(org), "GET", "/localorg/token", query_string=query)) == (400, "INVALID_INPUT")


@pytest.mark.parametrize("path", ["/localorg/token", "/localorg/certificate"])
def test_another_machine_gets_neither_token_nor_certificate(org: LocalOrg, path: str) -> None:
    far = {"REMOTE_ADDR": "192.0.2.1"}

    assert refusal(call(create_app(org), "GET", path, environ=far)) == (404, "NOT_FOUND")


def in_group(org: LocalOrg, username: str, permission_set: str, *, expires: datetime) -> None:
    """Give a user a permission set through a group of sets, until a moment."""
    (found,) = org.storage.rows("PermissionSet", '"Name" = ?', (permission_set,))
    group = org.writer.create(org.admin(), "PermissionSetGroup", {"DeveloperName": "Team", "MasterLabel": "Team"})
    part = {"PermissionSetGroupId": group, "PermissionSetId": found["Id"]}
    org.writer.create(org.admin(), "PermissionSetGroupComponent", part)
    given = {"PermissionSetGroupId": group, "AssigneeId": org.user_id(username), "ExpirationDate": expires.isoformat()}
    org.writer.create(org.admin(), "PermissionSetAssignment", given)
