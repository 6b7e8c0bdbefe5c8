"""The road to the org: it notes what passes, and what must never pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from requests import PreparedRequest, Response
from simple_salesforce.api import Salesforce

from service.crm import exact_json
from service.domain.pacing import UNTIL_ASKED, exhausted
from tests.simulation.sent import Sent, rows_in
from tests.world import World
from tests.wsgi_transport import WsgiAdapter

MOST_CALLS = 250
"""No cycle of so small an org needs more calls than this, retries included (P10)."""


class Endless(BaseException):
    """A cycle does not come to its end."""


class Road(WsgiAdapter):
    """Carry calls to the org; `between` is told of each before it leaves and after it was answered."""

    def __init__(self, world: World, between: Callable[..., None]) -> None:
        super().__init__(world.app)
        self._world, self._between = world, between
        self.problems: list[str] = []
        self.sent: list[Sent] = []
        self.calls = 0
        self.told_at: datetime | None = None
        """When an answer said that our share of the org's calls is used up; a process that dies may not know."""

    def begin_cycle(self) -> None:
        """Count the calls of the next cycle."""
        self.calls = 0

    def forget(self) -> None:
        """Excuse what a process that died could not know."""
        self.told_at = None

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Carry a request to the org and its answer back, if it comes back."""
        body = request.body.decode() if isinstance(request.body, bytes) else request.body or ""
        self._between("call", request.method, request.path_url, body)
        self._stay_in_bounds()
        if body:
            self._note(list(rows_in(self._world.mappings, exact_json.loads(body))))
        response = super().send(request, *args, **kwargs)
        text = response.text  # a torn one breaks off here
        self._hear(response)
        self._between("answer", response.status_code, text)
        return response

    def _stay_in_bounds(self) -> None:
        """P9, P10: an org that said that our share is used up is left alone, and no cycle goes on for ever."""
        now = self._world.clock.now()
        if self.told_at and now < self.told_at + UNTIL_ASKED:
            self.problems.append(
                f"P9 a call left at {now}, although the org had said at {self.told_at} that it is enough"
            )
        self.calls += 1
        if self.calls > MOST_CALLS:
            raise Endless

    def _hear(self, response: Response) -> None:
        told = Salesforce.parse_api_usage(response.headers.get("Sforce-Limit-Info", "")).get("api-usage")
        if told:
            enough = exhausted(told.used, told.total, share=self._world.sync.client.budget)
            self.told_at = self._world.clock.now() if enough else None

    def _note(self, rows: list[Sent]) -> None:
        self.problems += self._dangling(rows)
        self.sent += rows

    def _dangling(self, rows: list[Sent]) -> Iterator[str]:
        """P7: what a row points at is or was in the org, or stands before it in the same call."""
        before: set[str] = set()
        for row in rows:
            for crm_id, noun in row.ids.items():
                if not self._was_there(noun, "Id", crm_id):
                    yield f"P7 {row.mapping.name} {row.identity} points at {crm_id}, which never was in the org"
            for key, noun in row.keys.items():
                if key not in before and not self._was_there(noun, "Plansync_Id__c", key):
                    yield f"P7 {row.mapping.name} {row.identity} points at {key} before that is there"
            before.add(row.identity)

    def _was_there(self, noun: str, field: str, value: str) -> bool:
        storage, table = self._world.org.storage, self._world.crm(noun)
        queries = (f'SELECT 1 FROM "{table}" WHERE "{field}" = ?', 'SELECT 1 FROM "__deleted__" WHERE id = ?')
        return any(storage.execute(query, (value,)).fetchone() for query in queries)
