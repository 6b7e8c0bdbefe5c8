"""Apex and the API mean the same by a request: its address, its headers, its claims. No Apex runs here, so it is read."""

from __future__ import annotations

import re
from pathlib import Path

import jwt

from service.access.claims import LIFETIME
from service.api.app import MOUNTED
from service.api.once import KEY
from service.domain.permissions import Right
from service.localorg.org import ADMIN, LocalOrg
from service.localorg.signing import sign

SFDX = Path(__file__).parents[2] / "sfdx"
APEX = (SFDX / "force-app/main/default/classes/ConnectorApi.cls").read_text()
SET_BY_THE_PLATFORM = {"iat", "exp"}


def quoted(pattern: str) -> list[str]:
    found = re.search(pattern, APEX, re.DOTALL)
    assert found, pattern
    return re.findall(r"'(\w+)'", found[1])


def test_apex_calls_the_api_where_it_is() -> None:
    assert f"'callout:Plansync_Connector{MOUNTED}'" in APEX


def test_apex_sends_the_headers_that_the_api_reads() -> None:
    assert set(re.findall(r"addHeader\(request, '([\w-]+)'", APEX)) == {KEY, "If-Match"}


def test_apex_asks_for_every_right_and_no_other() -> None:
    assert set(quoted(r"PERMISSIONS = new List<String>\{(.*?)\}")) == set(Right)


def test_a_token_lives_no_longer_than_the_api_lets_it() -> None:
    (seconds,) = re.findall(r"VALID_SECONDS = (\d+);", APEX)
    assert 0 < int(seconds) <= LIFETIME.total_seconds()


def test_the_local_org_signs_the_claims_that_apex_signs(installed_org: LocalOrg) -> None:
    own = {name.lower() for name in re.findall(r"token\.set(Iss|Sub|Aud)\(", APEX)}
    more = set(quoted(r"setAdditionalClaims\((.*?)\n        \);"))
    token = sign(installed_org.clone(installed_org.clock), ADMIN, audience="https://plansync.example.com")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims.keys() - SET_BY_THE_PLATFORM == own | more
