"""Tokens: whom a good one lets in, and how every other one is refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from sqlalchemy import func, select

from service.access.certificates import read, register
from service.access.claims import TokenRefused
from service.access.tokens import Caller, verify
from service.domain.permissions import Right
from service.localorg.signing import key_pair
from service.store import orgs
from service.store.orgs import Org
from service.store.seen_tokens import SWEPT, seen_tokens
from tests.access.signing import Signer, certificate, rsa_key
from tests.filled import connect, forget_orgs
from tests.world import START, World

AUDIENCE = "https://plansync.example.com"
CSM = "csm@example.com"
DEEP = f"eyJhbGciOiJSUzI1NiJ9.{base64.urlsafe_b64encode(b'[' * 5_000).decode()}.c2ln"
"""Text that takes a parser down as many steps."""


@pytest.fixture
def org(world: World, now: datetime) -> Iterator[Org]:
    """The connected org, whose key `one` signs."""
    forget_orgs(world.engine)
    world.org.add_user(CSM, name="Cora Csm", permission_sets=["CSC_Customer_Success"])
    connected = connect(world)
    register(world.engine, connected.id, read(certificate(rsa_key("one"))), now=now)
    yield connected
    forget_orgs(world.engine)


@pytest.fixture
def signer(world: World, org: Org) -> Signer:
    return Signer(org.crm_org_id or "", world.org.user_id(CSM), AUDIENCE, rsa_key("one"))


@pytest.fixture
def seen(world: World) -> Any:
    """How many tokens are written down."""

    def count() -> int:
        with world.transaction() as connection:
            return connection.execute(select(func.count()).select_from(seen_tokens)).scalar_one()

    return count


def accepted(world: World, token: str, now: datetime = START) -> Caller:
    return verify(world.engine, token, audience=AUDIENCE, now=now)


def refusal(world: World, token: str, now: datetime = START) -> TokenRefused:
    with pytest.raises(TokenRefused) as refused:
        accepted(world, token, now)
    reason = str(refused.value)
    assert reason
    assert not any(len(part) > 8 and part in reason for part in token.split("."))
    return refused.value


def test_a_good_token_says_who_calls_and_what_the_user_holds(world: World, org: Org, signer: Signer) -> None:
    caller = accepted(world, signer(START))

    assert caller.org == org
    assert (caller.user.crm_id, caller.user.name) == (signer.user_id, "Cora Csm")
    assert caller.user.rights == {Right.CUSTOMER_SUCCESS, Right.FROM_TEMPLATE}


def test_a_user_that_was_synced_is_known_by_our_id_as_well(world: World, signer: Signer) -> None:
    before = accepted(world, signer(START))
    world.cycle()
    after = accepted(world, signer(world.clock.now()), world.clock.now())

    assert before.user.id is None
    assert after.user.id == str(world.our_id(signer.user_id))


def test_rights_that_plansync_does_not_know_are_ignored(world: World, signer: Signer) -> None:
    caller = accepted(world, signer(START, permissions=["Launch_Rockets", "CSC_Participant_User"]))

    assert caller.user.rights == {Right.PARTICIPANT}


def test_permissions_and_name_may_be_left_out(world: World, signer: Signer) -> None:
    caller = accepted(world, signer(START, permissions=None, name=None))

    assert (caller.user.rights, caller.user.name) == (frozenset(), "")


@pytest.mark.parametrize("audience", [AUDIENCE + "/", [AUDIENCE, "https://other.example.com"]])
def test_the_audience_may_be_one_of_several_and_end_with_a_slash(world: World, signer: Signer, audience: Any) -> None:
    assert accepted(world, signer(START, aud=audience))


def test_clocks_may_be_half_a_minute_apart(world: World, signer: Signer) -> None:
    for seconds in (-30, 149):
        assert accepted(world, signer(START), START + timedelta(seconds=seconds))


def test_the_local_org_signs_what_apex_would(world: World, org: Org, now: datetime) -> None:
    register(world.engine, org.id, read(key_pair(world.org).certificate.encode()), now=now)

    caller = accepted(world, world.app.api.sign_token(CSM, AUDIENCE))

    assert (caller.user.crm_id, caller.user.name) == (world.org.user_id(CSM), "Cora Csm")
    assert caller.user.rights == {Right.CUSTOMER_SUCCESS, Right.FROM_TEMPLATE}


@pytest.mark.req("P13")
def test_of_two_connections_to_one_org_the_one_whose_certificate_signed_is_meant(
    world: World, org: Org, signer: Signer, now: datetime
) -> None:
    other = orgs.save(world.engine, replace(org, id=uuid4(), name="another"))
    register(world.engine, other.id, read(certificate(rsa_key("two"))), now=now)

    assert accepted(world, replace(signer, key=rsa_key("two"))(START)).org == other
    assert accepted(world, signer(START)).org == org


def test_the_certificate_before_counts_for_a_day_after_a_new_one(
    world: World, org: Org, signer: Signer, now: datetime
) -> None:
    register(world.engine, org.id, read(certificate(rsa_key("two"))), now=now)
    later = now + timedelta(days=1)

    assert accepted(world, signer(later - timedelta(seconds=1)), later - timedelta(seconds=1))
    assert refusal(world, signer(later), later).code == "token_signature"


# What is refused


def test_no_token_is_refused(world: World, org: Org) -> None:
    assert refusal(world, "").code == "token_missing"


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "a" * 9_000, "é.é.é", "\x00", "..", "eyJ.eyJ.", DEEP])
def test_what_is_no_token_is_refused(world: World, org: Org, token: str) -> None:
    assert refusal(world, token).code == "token_malformed"


@pytest.mark.parametrize("issuer", [None, 7, "", "00D\x00", "00D00000000000", "https://login.salesforce.com", ["00D"]])
def test_a_token_without_an_org_for_its_issuer_is_refused(world: World, signer: Signer, issuer: Any) -> None:
    forged = unsigned({**signer.claims(START), "iss": issuer}, alg="RS256")

    assert refusal(world, forged).code == "token_malformed"


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "ES256", "RS512", "", None, 7])
def test_another_algorithm_is_refused_whatever_it_signs(world: World, signer: Signer, alg: Any) -> None:
    assert refusal(world, unsigned(signer.claims(START), alg=alg)).code == "token_malformed"


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(world: World, signer: Signer) -> None:
    header = {"alg": "RS256", "typ": "JWT"}
    forged = jwt.encode(
        signer.claims(START), "a secret of thirty-two characters or more", "HS256", headers={"typ": "JWT"}
    )
    _, payload, signature = forged.split(".")

    assert refusal(world, f"{encoded(header)}.{payload}.{signature}").code == "token_signature"


def test_a_token_of_an_org_that_is_not_connected_is_refused(world: World, signer: Signer) -> None:
    found = refusal(world, signer(START, iss="00D000000000999AAA"))

    assert found.code == "token_issuer"
    assert "plansync connect" in str(found)


def test_a_token_that_another_key_signed_is_refused_with_the_way_out(world: World, signer: Signer) -> None:
    found = refusal(world, replace(signer, key=rsa_key("two"))(START))

    assert found.code == "token_signature"
    assert "plansync connect --certificate FILE" in str(found)


def test_a_token_whose_claims_were_changed_is_refused(world: World, signer: Signer) -> None:
    head, _, signature = signer(START, permissions=["CSC_Participant_User"]).split(".")

    assert refusal(world, f"{head}.{encoded(signer.claims(START))}.{signature}").code == "token_signature"


def test_without_a_registered_certificate_nobody_gets_in(world: World, org: Org, signer: Signer) -> None:
    orgs.save(world.engine, replace(org, name="another", id=uuid4(), crm_org_id="00D000000000777AAA"))

    found = refusal(world, signer(START, iss="00D000000000777AAA"))

    assert found.code == "token_signature"
    assert "No certificate of this org is registered" in str(found)


def test_a_certificate_that_ended_is_refused_with_its_dates(world: World, signer: Signer) -> None:
    later = START + timedelta(days=365)

    found = refusal(world, signer(later), later)

    assert found.code == "token_signature"
    assert "holds from 2026-03-01 to 2027-03-02, not now" in str(found)


@pytest.mark.parametrize(
    "audience", ["https://elsewhere.example.com", "", 7, [], ["https://elsewhere.example.com"], None]
)
def test_a_token_for_another_service_is_refused(world: World, signer: Signer, audience: Any) -> None:
    found = refusal(world, signer(START, aud=audience))

    assert found.code == "token_audience"
    assert "PLANSYNC_URL" in str(found)


def test_a_token_that_expired_is_refused(world: World, signer: Signer) -> None:
    assert refusal(world, signer(START), START + timedelta(seconds=150)).code == "token_expired"


def test_a_token_is_good_once(world: World, signer: Signer, seen: Any) -> None:
    token = signer(START)
    accepted(world, token)

    assert refusal(world, token).code == "token_replayed"
    assert refusal(world, token, START + timedelta(seconds=149)).code == "token_replayed"
    assert seen() == 1


@pytest.mark.req("P13")
def test_two_orgs_may_use_the_same_jti(world: World, org: Org, signer: Signer, now: datetime) -> None:
    other = orgs.save(world.engine, replace(org, name="another", id=uuid4(), crm_org_id="00D000000000777AAA"))
    register(world.engine, other.id, read(certificate(rsa_key("two"))), now=now)
    theirs = replace(signer, issuer="00D000000000777AAA", key=rsa_key("two"))

    assert accepted(world, signer(START, jti="1")).org == org
    assert accepted(world, theirs(START, jti="1")).org == other


def test_tokens_that_could_not_be_used_again_are_forgotten(world: World, signer: Signer, seen: Any) -> None:
    for _ in range(3):
        accepted(world, signer(START))
    later = START + timedelta(seconds=151)

    accepted(world, signer(later), later)

    assert SWEPT > 3
    assert seen() == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"exp": None}, "exp must be"),
        ({"exp": "soon"}, "exp must be"),
        ({"exp": True}, "exp must be"),
        ({"exp": 1e300}, "exp must be"),
        ({"exp": 10**30}, "exp must be"),
        ({"iat": None}, "iat must be"),
        ({"iat": [1]}, "iat must be"),
        ({"iat": int(START.timestamp()) + 31}, "iat is in the future"),
        ({"exp": int(START.timestamp()) + 301}, "at most 5 minutes after iat"),
        ({"exp": int(START.timestamp())}, "at most 5 minutes after iat"),
        ({"jti": None}, "jti must be"),
        ({"jti": ""}, "jti must be"),
        ({"jti": 7}, "jti must be"),
        ({"jti": "x" * 201}, "jti must be"),
        ({"jti": "\x00"}, "jti must be"),
        ({"sub": None}, "sub must be"),
        ({"sub": "003000000000001AAA"}, "sub must be"),
        ({"sub": "005000000000001"}, "sub must be"),
        ({"permissions": "CSC_Customer_Success"}, "permissions must be"),
        ({"permissions": [1]}, "permissions must be"),
    ],
)
def test_claims_that_are_missing_or_wrong_are_named(
    world: World, signer: Signer, seen: Any, changed: dict[str, Any], words: str
) -> None:
    found = refusal(world, signer(START, **changed))

    assert found.code == "token_claims"
    assert words in str(found)
    assert seen() == 0


def test_nothing_is_written_for_a_token_that_is_refused(world: World, signer: Signer, seen: Any) -> None:
    for token in (replace(signer, key=rsa_key("two"))(START), signer(START, aud="https://elsewhere.example.com")):
        refusal(world, token)

    assert seen() == 0


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def unsigned(claims: dict[str, Any], *, alg: Any) -> str:
    """A token that says how it is signed, and is not."""
    return f"{encoded({'alg': alg, 'typ': 'JWT'})}.{encoded(claims)}.{encoded({'forged': True})}"
