"""The client of one org: our typed requests and simple-salesforce's verbs, on the same session.

From simple-salesforce come the paging of queries, the reading of `Sforce-Limit-Info` and the quoting of text. Not used:
its sign-in (audience fixed to login or test, no refresh), its own calls (no conditional answer, no composite), its
Bulk 2.0 query (waits by itself, holds a page in memory).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import requests
from simple_salesforce.api import Salesforce

from service.crm import exact_json
from service.crm.answers import Answer, Record, RowResult
from service.crm.bulk import BulkQuery, BulkRows
from service.crm.composite import MOST_HEAVY, MOST_PARTS, Planted, composite, graph, packs
from service.crm.errors import Refused
from service.crm.login import Login
from service.crm.requests import Request
from service.crm.session import Limit, Session, SessionSettings
from service.domain.pacing import exhausted

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Tell who is signed in, and where."""

    user_id: str
    org_id: str
    username: str
    time_zone: str | None


class Client:
    """Talk to one org; threads may share it."""

    def __init__(
        self,
        login: Login,
        *,
        version: str = "68.0",
        settings: SessionSettings | None = None,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.root = f"/services/data/v{version}/"
        self.session = Session(login, settings=settings, sleep=sleep, monotonic=monotonic)
        self._sleep = sleep
        # The session puts in the real host and token; these only satisfy the constructor.
        self.salesforce = Salesforce(
            instance="org.invalid",
            session_id="held by the session",
            version=version,
            session=self.session,
            parse_float=Decimal,
            object_pairs_hook=dict,
        )

    @property
    def api_calls(self) -> int:
        """Count the API calls made so far."""
        return self.session.api_calls

    @property
    def limit(self) -> Limit | None:
        """Tell the org's usage as of the last answer."""
        return self.session.limit

    @property
    def org_time(self) -> datetime | None:
        """Tell the org's own clock, to the second, as of the last answer."""
        return self.session.org_time

    @property
    def asked_at(self) -> datetime | None:
        """Tell the org's own clock, to the second, when the last call went out: what it read is no older than that."""
        return self.session.asked_at

    @property
    def budget(self) -> float:
        """Tell which part of the org's API calls is ours to use."""
        return self.session.budget

    def know_limit(self, limit: Limit | None) -> None:
        """Take over what is known of the org's usage; with None the next call goes out whatever it is, and tells."""
        self.session.limit = limit

    def use_up(self) -> None:
        """Note that the org itself refuses more calls, whatever it said before of how many are left."""
        limit = self.session.limit
        if limit and not exhausted(limit.used, limit.allowed, share=self.budget):
            self.session.limit = Limit(limit.allowed, limit.allowed)

    def wait(self, seconds: float) -> None:
        """Wait before the next try."""
        self._sleep(seconds)

    def call(self, request: Request[T]) -> T:
        """Send one request and return its answer."""
        path = request.path if request.path.startswith("/") else self.root + request.path
        return self.session.exchange(
            request.method,
            path,
            lambda response: request.parse(_answer(response)),
            repeatable=request.repeatable,
            expects=request.expects,
            headers={"Content-Type": "application/json", **dict(request.headers)},
            data=None if request.body is None else exact_json.dumps(request.body).encode(),
        )

    def composite(self, requests_: Sequence[Request[Any]], *, all_or_none: bool = False) -> list[Any]:
        """Send any number of requests in as few calls as possible; answers come in order, a refused one as `Refused`."""
        runs = list(packs(requests_))
        if all_or_none and len(runs) > 1:
            raise ValueError(f"all or none needs one call: at most {MOST_PARTS} requests, {MOST_HEAVY} of them heavy")
        return [answer for run in runs for answer in self.call(composite(run, root=self.root, all_or_none=all_or_none))]

    def graph(self, nodes: Mapping[str, Request[RowResult]]) -> Planted | Refused:
        """Write a tree of up to 500 rows in one call, all or nothing."""
        return self.call(graph(nodes, root=self.root))

    def query(self, soql: str, *, deleted: bool = False) -> Iterator[Record]:
        """Yield a query's records, page by page; SOQL past 16 kB belongs in a composite."""
        yield from self.salesforce.query_all_iter(soql, include_deleted=deleted)

    def bulk_query(
        self, soql: str, *, deleted: bool = False, expected_rows: int = 0
    ) -> AbstractContextManager[BulkRows]:
        """Run a Bulk API 2.0 query: `with client.bulk_query(soql) as (header, rows)`, streamed."""
        job = BulkQuery(self.session, self.call, root=self.root, sleep=self._sleep)
        return job.run(soql, deleted=deleted, expected_rows=expected_rows)

    def identity(self) -> Identity:
        """Ask who is signed in."""
        return self.call(Request(method="GET", path="/services/oauth2/userinfo", parse=_identity, repeatable=True))


def _answer(response: requests.Response) -> Answer:
    return Answer(
        status=response.status_code,
        body=exact_json.loads(response.content) if response.content else None,
        headers={name.lower(): value for name, value in response.headers.items()},
    )


def _identity(answer: Answer) -> Identity:
    body = answer.body
    return Identity(
        user_id=body["user_id"],
        org_id=body["organization_id"],
        username=body["preferred_username"],
        time_zone=body.get("zoneinfo"),
    )
