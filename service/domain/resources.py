"""Resources: who may be given work, and whom it then belongs to (OB-34 to OB-37, OB-58, OB-59)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from service.domain.checks import required
from service.domain.faults import Fault
from service.domain.permissions import User
from service.domain.values import Row, Value


def faults(resource: Row | None, *, field: str = "resource_id") -> list[Fault]:
    """Refuse a resource that is not there, is not active or is a PSA's; `field` is the column that names it."""
    if resource is None:
        return [Fault(field=field, code="missing", message="This resource is not there (any more); choose another one")]
    name, found = resource.get("name"), []
    if not resource.get("active"):
        message = f"The resource {name} is not active; choose an active one, or activate {name}"
        found.append(Fault(field=field, code="inactive", message=message))
    if resource.get("psa_resource_id"):
        message = f"{name} is a PSA resource, and work is planned for it there; choose another resource"
        found.append(Fault(field=field, code="psa", message=message))
    return found


def assignment_faults(row: Row) -> list[Fault]:
    """Name everything that an assignment lacks: it says who does which task."""
    return required(
        row, playbook_task_id="Choose the task that is assigned", resource_id="Choose the resource that does the task"
    )


def assigned_twice(resource_ids: Iterable[Value]) -> list[Fault]:
    """Refuse to assign one resource to a task more than once; several different ones are welcome (OB-37)."""
    given = Counter(str(each) for each in resource_ids if each)
    twice = sorted(each for each, times in given.items() if times > 1)
    message = "The resource {} is assigned to this task already; leave it out"
    return [Fault(field="resource_id", code="twice", message=message.format(each)) for each in twice]


def owner_of(resource: Row | None, acting: User) -> Value:
    """Return whose record it is: the allocated resource's user, else the acting one; None while neither is known here."""
    return (resource or {}).get("user_id") or acting.id


def unknown(acting: User) -> list[Fault]:
    """Refuse to make records for a user whom we do not know yet: they would belong to nobody who works with them."""
    if acting.id is not None:
        return []
    message = "The CRM's user who acts is not known here yet; the next sync brings it, so try again in a minute"
    return [Fault(field="owner_id", code="unknown_user", message=message)]
