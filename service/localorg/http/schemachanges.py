"""`POST /localorg/schema`: what an administrator does to fields while a test or a demo runs."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from service.localorg.deploy.changes import SchemaChanges
from service.localorg.deploy.result import DeployError
from service.localorg.errors import InstallError, Refusal
from service.localorg.http.api import Api
from service.localorg.http.asking import asked
from service.localorg.http.messages import Answer

_FORM = (
    'expected are "remove" and "restore": ["Object.Field"], "retype": {"Object.Field": "Type"},'
    ' "add": [{"object": "Object", "xml": "<CustomField ...>", "permission_sets": ["Name"]}]'
)


def schema(api: Api, request: Request) -> Answer:
    """Remove, restore, retype and add fields, in this order; each is done or refused by itself."""
    wanted = asked(request, "remove", "restore", "retype", "add")
    try:
        with api.org.lock:
            _change(api.schema_changes, wanted)
    except (DeployError, InstallError) as error:
        raise Refusal("INVALID_INPUT", str(error)) from error
    except KeyError as error:
        raise Refusal("NOT_FOUND", f"There is no {error.args[0]}", status=404) from error
    except (AttributeError, TypeError, ValueError) as error:
        raise Refusal("INVALID_INPUT", _FORM) from error
    return Answer(body={"schema_changed_at": api.org.schema_changed_at.isoformat()})


def _change(changes: SchemaChanges, wanted: dict[str, Any]) -> None:
    for path in wanted.get("remove", ()):
        changes.remove_field(*_split(path))
    for path in wanted.get("restore", ()):
        changes.restore_field(*_split(path))
    for path, kind in wanted.get("retype", {}).items():
        changes.retype_field(*_split(path), kind)
    for each in wanted.get("add", ()):
        changes.add_field(each["object"], each["xml"], permission_sets=each.get("permission_sets", ()))


def _split(path: str) -> tuple[str, str]:
    owner, field = path.split(".")
    return owner, field
