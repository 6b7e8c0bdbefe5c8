"""What happens in the org of a run behind everybody's back, under `/bench/`: no API call, and no clock of a record moves."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from service.localorg.http.app import App
from service.localorg.ids import make_id

CHANGES: tuple[tuple[str, Any], ...] = (
    ("Description__c", "Changed by nobody"),
    ("Current_Value__c", 0.0001),
    ("Target_Date__c", "2027-01-01"),
    ("Unit__c", None),
    ("Source_Attribute__c", None),
    ("Direction__c", "Decrease"),
)
"""What stands in a KPI's fields after nobody changed them."""
FAR = 50_000_000
"""From where records are numbered that were never made."""
Body = Mapping[str, Any]


class Behind:
    """The org, and beside it what only the bench may do."""

    def __init__(self, app: App) -> None:
        self._app, self._org = app, app.api.org
        self._seen: dict[str, float] = {}
        self._since: dict[str, str] = {}
        self._doors: dict[str, Callable[[Body], Any]] = {
            "/bench/plant": self._plant,
            "/bench/watch": self._watch,
            "/bench/seen": lambda _: self._seen,
        }

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Answer as the org does, and note what is new in it after each call."""
        door = self._doors.get(environ["PATH_INFO"])
        if door is None:
            answer = self._app(environ, start_response)
            self._look()
            return answer
        with self._org.lock:
            said = json.dumps(door(Request(environ).get_json(silent=True) or {}))
        return Response(said, mimetype="application/json")(environ, start_response)

    def _watch(self, body: Body) -> None:
        self._seen = {}
        self._since = {
            sobject: self._org.storage.execute(f'SELECT MAX("SystemModstamp") FROM "{sobject}"').fetchone()[0]
            for sobject in body["sobjects"]
        }

    def _look(self) -> None:
        """Note what changed; a call is answered here once it has let go of the org, so all can see what it wrote."""
        with self._org.lock:
            for sobject, since in self._since.items():
                found = self._org.storage.execute(f'SELECT "Id" FROM "{sobject}" WHERE "SystemModstamp" > ?', (since,))
                now = time.time()
                for (crm_id,) in found:
                    self._seen.setdefault(crm_id, now)

    def _plant(self, body: Body) -> dict[str, list[str]]:
        """Change values in three fifths of the records, lose a fifth, add a fifth; they lie all over the object."""
        sobject, count, storage = body["sobject"], body["count"], self._org.storage
        ids = [crm_id for (crm_id,) in storage.execute(f'SELECT "Id" FROM "{sobject}" ORDER BY "Id"')]
        chosen = ids[:: len(ids) // count][:count]
        copied, lost, changed = chosen[: count // 5], chosen[count // 5 : count // 5 * 2], chosen[count // 5 * 2 :]
        for number, crm_id in enumerate(changed):
            storage.update(sobject, crm_id, dict([CHANGES[number % len(CHANGES)]]))
        for crm_id in lost:
            storage.execute(f'DELETE FROM "{sobject}" WHERE "Id" = ?', (crm_id,))
        added = [make_id(crm_id[:3], FAR + number) for number, crm_id in enumerate(copied)]
        for like, crm_id in zip(copied, added, strict=True):
            storage.insert(sobject, {**(storage.row(sobject, like) or {}), "Id": crm_id})
        return {"fields differ": changed, "only here": lost, "only there": added}
