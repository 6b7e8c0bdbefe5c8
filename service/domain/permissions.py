"""Who may do what: one table, deny by default, a reason with every refusal (OB-03 to OB-09)."""

from __future__ import annotations

from collections.abc import Set
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


def decide(rights: Set[Right], action: Action, noun: str) -> Verdict:
    """Say whether holders of these rights may do this with records of that noun (`objective`, `playbook_task`, ...)."""
    raise NotImplementedError
