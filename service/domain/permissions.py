"""Who may do what: one table, deny by default, a reason with every refusal (OB-03 to OB-09)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import StrEnum


class Right(StrEnum):
    """The custom permissions that the package's permission sets carry."""

    CUSTOMER_SUCCESS = "CSC_Customer_Success"
    PARTICIPANT = "CSC_Participant_User"
    FROM_TEMPLATE = "Create_From_Template"


class Action(StrEnum):
    """What somebody may want to do with a record."""

    VIEW = "view"
    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"
    CREATE_FROM_TEMPLATE = "create from template"
    PUBLISH = "publish as a template"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Who acts: the CRM's user id, our id of that user once it was synced, and what the org says the user holds."""

    crm_id: str
    id: str | None = None
    name: str = ""
    rights: frozenset[Right] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether something is allowed, and why, in a sentence a person can act on."""

    allowed: bool
    reason: str


_VIEW = frozenset({Action.VIEW})
_WORK = _VIEW | {Action.CREATE, Action.EDIT}
_ALL = _WORK | {Action.DELETE}
_TEMPLATES = frozenset({Action.CREATE_FROM_TEMPLATE, Action.PUBLISH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What each of the two permission sets allows with the records of one noun; `plural` is how people call them."""

    plural: str
    customer_success: frozenset[Action]
    participant: frozenset[Action]


RULES: Mapping[str, Rule] = {
    "success_plan": Rule(plural="success plans", customer_success=_ALL | _TEMPLATES, participant=_VIEW),
    "objective": Rule(plural="objectives", customer_success=_ALL | _TEMPLATES, participant=_WORK),
    "objective_kpi": Rule(plural="objective KPIs", customer_success=_ALL, participant=_WORK),
    "playbook": Rule(plural="playbooks", customer_success=_ALL | _TEMPLATES, participant=_WORK),
    "playbook_task": Rule(plural="playbook tasks", customer_success=_ALL, participant=_WORK),
    "playbook_task_dependency": Rule(plural="task dependencies", customer_success=_ALL, participant=_ALL),
    "playbook_task_assignment": Rule(plural="task assignments", customer_success=_ALL, participant=_ALL),
    "cs_resource": Rule(plural="resources", customer_success=_WORK, participant=_VIEW),
    "cs_activity": Rule(plural="interactions", customer_success=_ALL, participant=_WORK),
    "account": Rule(plural="accounts", customer_success=_VIEW, participant=_VIEW),
    "contact": Rule(plural="contacts", customer_success=_VIEW, participant=_VIEW),
    "user": Rule(plural="users", customer_success=_VIEW, participant=_VIEW),
}
"""The table: what is not in it nobody may do. The package's permission sets say the same of each object."""

LABELS = {Right.CUSTOMER_SUCCESS: "CSC - Customer Success", Right.PARTICIPANT: "CSC - Participant User"}
"""The permission sets by the custom permission that marks each, as Salesforce shows them."""
_DOING = {
    Action.VIEW: "viewing {}",
    Action.CREATE: "creating {}",
    Action.EDIT: "editing {}",
    Action.DELETE: "deleting {}",
    Action.CREATE_FROM_TEMPLATE: "creating {} from a template",
    Action.PUBLISH: "publishing {} as templates",
}


def decide(rights: Set[Right], action: Action, noun: str) -> Verdict:
    """Say whether holders of these rights may do this with records of that noun (`objective`, `playbook_task`, ...)."""
    rule = RULES.get(noun)
    if rule is None:
        return Verdict(False, f"Plansync has no rule for {noun!r}, and what has no rule is not allowed")
    doing = _DOING[action].format(rule.plural)
    allowing = {Right.CUSTOMER_SUCCESS: rule.customer_success, Right.PARTICIPANT: rule.participant}
    held = [right for right in allowing if right in rights]
    giving = [right for right in held if action in allowing[right]]
    if not giving:
        return Verdict(False, _refusal(doing, held, takers=[right for right in allowing if action in allowing[right]]))
    label = LABELS[giving[0]]
    if action is Action.CREATE_FROM_TEMPLATE and Right.FROM_TEMPLATE not in rights:
        return Verdict(
            False,
            f"{label} allows {doing} only with its custom permission {Right.FROM_TEMPLATE}, which is missing here; "
            "ask a Salesforce administrator whether it was taken out of the set or muted in a group",
        )
    return Verdict(True, f"{label} allows {doing}")


def _refusal(doing: str, held: list[Right], *, takers: list[Right]) -> str:
    if not takers:
        return f"No permission set allows {doing} through Plansync; do it in Salesforce"
    needed = " or ".join(LABELS[right] for right in takers)
    have = " and ".join(LABELS[right] for right in held)
    missing = (
        f"{have} does not allow {doing}" if held else f"Without a permission set of Plansync, {doing} is not allowed"
    )
    return f"{missing}; ask a Salesforce administrator for the permission set {needed}"
