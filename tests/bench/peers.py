"""What the same work costs by hand: simple-salesforce as its documentation shows it, and psycopg."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import psycopg
import requests
from psycopg import sql
from simple_salesforce.api import Salesforce

from service.config import ROOT
from service.crm.soql import select
from service.mapping.load import load as load_mappings
from service.mapping.model import Mappings
from service.sync.context import read_fields
from tests.bench.meter import Nap, metered
from tests.bench.place import Place, Site
from tests.bench.sides import LARGE

VERSION = "68.0"
PAGE = 2_000


def org_alone(place: Place) -> dict[str, Any]:
    """Measure how fast the org itself finds and sends the large object by a bulk job: its bytes go nowhere."""
    jobs = f"{place.url}/services/data/v{VERSION}/jobs/query"
    with _session(place) as session, metered(place) as cost:
        session.headers["Authorization"] = f"Bearer {place.token}"
        started = time.perf_counter()
        job = session.post(jobs, json={"operation": "query", "query": _soql()}, timeout=600).json()["id"]
        found = time.perf_counter()
        cost.rows = session.get(f"{jobs}/{job}", timeout=60).json()["numberRecordsProcessed"]
        with session.get(f"{jobs}/{job}/results", stream=True, timeout=600) as answer:
            size = sum(len(chunk) for chunk in answer.iter_content(1 << 16))
    return cost.figures(finding=found - started, sending=time.perf_counter() - found, megabytes=size / (1 << 20))


def loop(place: Place) -> dict[str, Any]:
    """Measure `query_all_iter`, with one `executemany` of INSERTs a page into a plain table of texts."""
    fields = _fields()
    with _table(place, "peer_loop") as connection, metered(place) as cost:
        insert = sql.SQL("INSERT INTO peer_loop VALUES ({})").format(
            sql.SQL(", ").join([sql.Placeholder()] * len(fields))
        )
        records = salesforce(place).query_all_iter(_soql())
        for page in _batched(records, PAGE):
            connection.cursor().executemany(insert, [[record[field] for field in fields] for record in page])
            connection.commit()
            cost.rows += len(page)
    return cost.figures()


def bulk2(place: Place) -> dict[str, Any]:
    """Measure `bulk2.query` with simple-salesforce's own page size and pauses, each page by COPY into a plain table."""
    nap = Nap()
    with _table(place, "peer_bulk2") as connection, metered(place) as cost, patch("simple_salesforce.bulk2.sleep", nap):
        # A run too small for a bulk job has no patience for one either.
        patience = {} if place.size.kpis > PAGE * 5 else {"wait": 0.1}
        for page in getattr(salesforce(place).bulk2, _sobject()).query(_soql(), **patience):
            cursor = connection.cursor()
            with cursor.copy("COPY peer_bulk2 FROM STDIN (FORMAT csv, HEADER)") as copy:
                copy.write(page)
            connection.commit()
            cost.rows += cursor.rowcount
    cost.waited = nap.slept
    return cost.figures()


def detection_by_hand(place: Place) -> dict[str, Any]:
    """Measure asking each object for what changed and what was deleted, and the org for its schema."""
    client, end = salesforce(place), place.now()
    with metered(place) as cost:
        for mapping in _mappings():
            handler = getattr(client, mapping.sobject)
            handler.updated(end - timedelta(minutes=2), end)
            handler.deleted(end - timedelta(minutes=2), end)
        client.describe()
    return cost.figures()


def update_by_row(place: Place) -> dict[str, Any]:
    """Measure `update` of one record after the other, on a sample."""
    client = salesforce(place)
    found = client.query(f"SELECT Id FROM Objective__c ORDER BY Id LIMIT {place.size.sample}")["records"]
    with metered(place) as cost:
        for record in found:
            client.Objective__c.update(record["Id"], {"Progress__c": 5})
            cost.rows += 1
    return cost.figures()


def _batched(records: Iterator[Any], size: int) -> Iterator[Sequence[Any]]:
    while page := list(islice(records, size)):
        yield page


def _table(place: Place, name: str) -> psycopg.Connection[Any]:
    """Make a plain table of texts, one column a field, and return a connection to fill it."""
    connection = psycopg.connect(place.database_url)
    columns = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(field)) for field in _fields())
    connection.execute(sql.SQL('CREATE TABLE {} ({}, PRIMARY KEY ("Id"))').format(sql.Identifier(name), columns))
    connection.commit()
    return connection


def salesforce(place: Site) -> Salesforce:
    """Return a client of somebody else's for the org at a place."""
    address = urlsplit(place.url)
    return Salesforce(instance=address.netloc, session_id=place.token, version=VERSION, session=_session(place))


def _session(place: Site) -> requests.Session:
    session = requests.Session()
    session.verify = place.ca_file
    # Else a REQUESTS_CA_BUNDLE of the machine goes before the org's own CA.
    session.trust_env = False
    return session


def _mappings() -> Mappings:
    return load_mappings(ROOT / "mappings", namespace=None)


def _sobject() -> str:
    return _mappings()[LARGE].sobject


def _fields() -> Sequence[str]:
    return read_fields(_mappings()[LARGE])


def _soql() -> str:
    return select(_sobject(), _fields())
