"""The REST API of one org: what its resources share, and the way to them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING

from service.localorg.deploy.changes import SchemaChanges
from service.localorg.errors import Refusal
from service.localorg.http.clients import Clients
from service.localorg.http.jobs import Job
from service.localorg.http.loads import Load
from service.localorg.http.messages import Answer, Call, refused
from service.localorg.http.passwords import Passwords
from service.localorg.http.routes import RouteTable
from service.localorg.http.sessions import Sessions
from service.localorg.http.spool import Spool
from service.localorg.http.usage import Usage
from service.localorg.ids import make_id
from service.localorg.org import LocalOrg
from service.localorg.schema.model import SObject
from service.localorg.signing import sign

if TYPE_CHECKING:
    from service.localorg.http.deployments import Deployment

OLDEST, NEWEST = 51, 68
_CURSORS = 200


@dataclass(frozen=True, slots=True)
class Cursor:
    """The rows of a query that did not fit on its first page, as JSON lines."""

    user_id: str
    total: int
    size: int
    rows: Spool


class Api:
    """Hold what resources share and send each call to its handler, under the org's lock."""

    def __init__(self, org: LocalOrg, resources: RouteTable) -> None:
        self.org = org
        self.sessions = Sessions(org.org_id)
        self.schema_changes = SchemaChanges(org)
        self.deployments: dict[str, Deployment] = {}
        self.clients = Clients()
        self.passwords = Passwords()
        self.usage = Usage(org.clock)
        self.jobs: dict[str, Job] = {}
        self.loads: dict[str, Load] = {}
        self.held_polls = 0
        self.cursors: OrderedDict[str, Cursor] = OrderedDict()
        self._resources = resources
        self._numbers = count(1)

    def dispatch(self, call: Call) -> Answer:
        """Answer a call; a refusal is an answer too."""
        try:
            self._check_version(call.path)
            handler, values = self._resources.find(call.method, call.path)
            values.pop("version", None)
            with self.org.lock:
                return handler(self, call, **values)
        except Refusal as refusal:
            return refused(refusal)

    def sobject(self, call: Call, name: str) -> SObject:
        """Return an object that the actor may read, or refuse as if it were not there."""
        found = self.org.schema.object(name)
        if found is None or not self.org.access.object_rights(call.actor, found.name).read:
            raise Refusal("NOT_FOUND", "The requested resource does not exist", status=404)
        return found

    @property
    def schema_changed_at(self) -> datetime:
        """Return when objects, fields or a user's permissions last changed."""
        text = 'SELECT MAX("SystemModstamp") FROM "PermissionSetAssignment"'
        (assigned,) = self.org.storage.execute(text).fetchone()
        changed = self.org.schema_changed_at
        return max(changed, datetime.fromisoformat(assigned)) if assigned else changed

    def count(self, sobject: SObject) -> int:
        """Return how many records an object has, the recycle bin left out."""
        text = f'SELECT COUNT(*) FROM "{sobject.name}" WHERE "IsDeleted" = 0'  # noqa: S608 - an installed name
        return int(self.org.storage.execute(text).fetchone()[0])

    def sign_token(self, username: str, audience: str) -> str:
        """Return a token that says who a user is, for the connector's API."""
        with self.org.lock:
            return sign(self.org, username, audience=audience)

    def new_id(self, prefix: str) -> str:
        """Return an id for a job or a cursor."""
        return make_id(prefix, next(self._numbers))

    def keep(self, cursor: Cursor) -> str:
        """Keep a cursor and return its name; the oldest go first."""
        name = self.new_id("01g")
        self.cursors[name] = cursor
        if len(self.cursors) > _CURSORS:
            self.cursors.popitem(last=False)
        return name

    @staticmethod
    def _check_version(path: str) -> None:
        number = path.split("/")[3].removeprefix("v").removesuffix(".0")
        if not number.isdigit() or int(number) > NEWEST:
            raise Refusal("NOT_FOUND", "The requested resource does not exist", status=404)
        if int(number) < OLDEST:
            raise Refusal("UNSUPPORTED_API_VERSION", "The requested API version is retired or unavailable.", status=410)
