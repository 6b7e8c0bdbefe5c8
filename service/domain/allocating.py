"""Who does the work of a clone: one resource for a plan, objective or playbook, several for a task (OB-34 to OB-37)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from service.domain import resources
from service.domain.faults import Fault
from service.domain.selecting import Caution
from service.domain.templates import ASSIGNMENT, ROOTS, TASK, Choices, Record, Template
from service.domain.values import Row, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One place for a resource: of a record itself, or of a task by an assignment, which is made from its `key`.

    `source` is the record of the template that tells of it; `by_hand` says that somebody chose the resource.
    """

    record: UUID
    noun: str
    source: UUID
    key: str
    resource: Value
    role: Value = None
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Every post with who fills it, and what is wrong with those who were to."""

    posts: tuple[Post, ...]
    faults: tuple[Fault, ...]
    cautions: tuple[Caution, ...]

    def of(self, record: Record) -> Value:
        """Return the resource of a record; of a task, which may have several, the first one."""
        return next((post.resource for post in self.posts if post.record == record.id and post.resource), None)


def allocate(template: Template, taken: Sequence[Record], choices: Choices, known: Mapping[str, Row]) -> Allocation:
    """Fill the posts of a clone: whom somebody chose must be active and no PSA resource, the template's are dropped if not."""
    posts, faults, cautions = [], [], []
    for post in _posts(template, taken, choices):
        wrong = resources.faults(known.get(str(post.resource))) if post.resource else []
        if not wrong:
            posts.append(post)
        elif post.by_hand:
            faults += [replace(fault, record=str(post.source)) for fault in wrong]
        else:
            message = f"The template's resource is not taken over. {wrong[0].message}"
            cautions.append(Caution(code="resource_dropped", message=message, record=post.source))
    faults += _twice(posts)
    return Allocation(posts=tuple(posts), faults=tuple(faults), cautions=tuple(cautions))


def _posts(template: Template, taken: Sequence[Record], choices: Choices) -> Iterator[Post]:
    for record in taken:
        if record.noun in ROOTS:
            yield _own(record, choices.of(record, template))
        elif record.noun == TASK:
            yield from (_chosen(record, str(each)) for each in choices.resources.get(record.id, ()))
        elif record.noun == ASSIGNMENT and UUID(str(record.row["playbook_task_id"])) not in choices.resources:
            yield _assigned(record, choices.edits.get(record.id, {}))


def _own(record: Record, edits: Row) -> Post:
    row = {**record.row, **edits}
    return Post(
        record=record.id,
        noun=record.noun,
        source=record.id,
        key=str(record.id),
        resource=row.get("resource_id"),
        by_hand="resource_id" in edits,
    )


def _chosen(task: Record, resource: str) -> Post:
    key = f"{task.id}/{resource}"
    return Post(record=task.id, noun=TASK, source=task.id, key=key, resource=resource, by_hand=True)


def _assigned(assignment: Record, edits: Row) -> Post:
    post = _own(assignment, edits)
    task = UUID(str(assignment.row["playbook_task_id"]))
    return replace(post, record=task, noun=TASK, role=edits.get("role", assignment.row.get("role")))


def _twice(posts: Sequence[Post]) -> Iterator[Fault]:
    """Refuse a resource that is chosen for a task more than once."""
    by_task: dict[UUID, list[Value]] = {}
    for post in posts:
        if post.by_hand:
            by_task.setdefault(post.record, []).append(post.resource)
    for task, given in by_task.items():
        yield from (replace(fault, record=str(task)) for fault in resources.assigned_twice(given))
