"""The connected orgs: kept under their names, found by them, and named where a name does not fit."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import Engine

from service.store import orgs
from service.store.orgs import Org, UnknownOrg
from service.store.schema import upgrade


@pytest.fixture
def store(empty: Engine) -> Engine:
    """A database in which no org is connected."""
    upgrade(empty)
    return empty


def org(name: str, **values: object) -> Org:
    """Return an org of a name."""
    known = {
        "id": uuid4(),
        "name": name,
        "instance_url": "https://acme.my.salesforce.com",
        "crm_org_id": "00D000000000001EAA",
        "namespace": None,
        "time_zone": "UTC",
        "login": b"sealed",
    }
    return Org(**{**known, **values})  # type: ignore[arg-type]


def test_an_org_is_kept_as_it_was_saved(store: Engine) -> None:
    saved = orgs.save(store, org("acme", namespace="ps", time_zone="Europe/Zurich"))

    assert orgs.every(store) == [saved]
    assert (saved.namespace, saved.time_zone, saved.login) == ("ps", "Europe/Zurich", b"sealed")


def test_an_org_that_is_connected_again_keeps_its_id_and_takes_the_rest(store: Engine) -> None:
    first = orgs.save(store, org("acme"))

    again = orgs.save(store, org("acme", instance_url="https://new.my.salesforce.com", login=b"other"))

    assert again.id == first.id
    assert [(o.instance_url, o.login) for o in orgs.every(store)] == [("https://new.my.salesforce.com", b"other")]


def test_orgs_are_listed_by_name(store: Engine) -> None:
    for name in ("b", "c", "a"):
        orgs.save(store, org(name))

    assert [o.name for o in orgs.every(store)] == ["a", "b", "c"]


def test_the_only_org_needs_no_name(store: Engine) -> None:
    only = orgs.save(store, org("acme"))

    assert orgs.named(store, None) == orgs.named(store, "acme") == only


def test_no_org_at_all_says_how_to_connect_one(store: Engine) -> None:
    with pytest.raises(UnknownOrg, match="No org is connected yet; connect one with `plansync connect`"):
        orgs.named(store, None)


def test_several_orgs_want_a_name(store: Engine) -> None:
    for name in ("a", "b"):
        orgs.save(store, org(name))

    with pytest.raises(UnknownOrg, match=r"Several orgs are connected \(a, b\); say which one with --org"):
        orgs.named(store, None)
    assert orgs.named(store, "b").name == "b"


def test_a_name_that_fits_none_is_answered_with_those_there_are(store: Engine) -> None:
    for name in ("a", "b"):
        orgs.save(store, org(name))

    with pytest.raises(UnknownOrg, match="No org is called 'c'; connected are a, b"):
        orgs.named(store, "c")


def test_a_login_that_changed_is_kept_for_its_org_alone(store: Engine) -> None:
    one, other = orgs.save(store, org("a")), orgs.save(store, org("b"))

    orgs.renew_login(store, one.id, b"rotated")

    assert orgs.named(store, "a").login == b"rotated"
    assert orgs.named(store, "b").login == other.login
