"""The typed tables: one per synced object, in the words of the domain.

A reference column ends in `_id` and holds our id. Choices of a multi-select are text joined by ';'.
`extra` keeps the fields that an org's overlay adds.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData()


def _texts(*names: str) -> list[Column[Any]]:
    return [Column(name, Text) for name in names]


def _numbers(*names: str) -> list[Column[Any]]:
    return [Column(name, Numeric(22, 4)) for name in names]


def _dates(*names: str) -> list[Column[Any]]:
    return [Column(name, Date) for name in names]


def _moments(*names: str) -> list[Column[Any]]:
    return [Column(name, DateTime(timezone=True)) for name in names]


def _flags(*names: str) -> list[Column[Any]]:
    return [Column(name, Boolean, nullable=False, server_default=text("false")) for name in names]


def _table(name: str, columns: list[Column[Any]], references: dict[str, str]) -> Table:
    """Build a record table; `references` maps a column to the table whose id it holds."""
    return Table(
        name,
        METADATA,
        Column("org_id", Uuid, nullable=False),
        Column("id", Uuid, nullable=False),
        *columns,
        *(Column(column, Uuid) for column in references),
        Column("extra", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
        PrimaryKeyConstraint("org_id", "id", name=f"{name}_pkey"),
        # Deferred: one page may hold a child before its parent.
        *(
            ForeignKeyConstraint(
                ["org_id", column],
                [f"{target}.org_id", f"{target}.id"],
                name=f"{name}_{column}_fkey",
                deferrable=True,
                initially="DEFERRED",
            )
            for column, target in references.items()
        ),
        *(Index(f"{name}_{column}_idx", "org_id", column) for column in references),
    )


PLACE = {"account_id": "account", "success_plan_id": "success_plan"}
"""Where a piece of customer-success work stands."""

RECORDS: dict[str, Table] = {
    table.name: table
    for table in (
        _table(
            "user_",
            [*_texts("name", "username", "email", "time_zone"), *_flags("active")],
            {"manager_id": "user_"},
        ),
        _table(
            "account",
            [
                *_texts("name", "industry", "lifecycle_phase", "tags"),
                *_dates("renewal_date"),
                *_numbers("csm_pulse", "mrr", "health_score", "usage_score", "interaction_score", "contract_score"),
                *_numbers("objective_count", "average_objective_health", "average_objective_completion"),
            ],
            {"owner_id": "user_", "parent_id": "account"},
        ),
        _table(
            "contact",
            _texts("last_name", "first_name", "email", "tags"),
            {"account_id": "account", "owner_id": "user_"},
        ),
        _table(
            "cs_resource",
            [*_texts("name", "email", "role"), *_flags("active")],
            {
                "user_id": "user_",
                "contact_id": "contact",
                "psa_resource_id": "contact",
                "line_manager_id": "cs_resource",
                "owner_id": "user_",
            },
        ),
        _table(
            "success_plan",
            [
                *_texts("name", "status", "summary"),
                *_dates("start_date", "end_date", "next_business_review"),
                *_numbers("health", "template_version", "progress"),
                *_flags("template"),
            ],
            {
                "account_id": "account",
                "resource_id": "cs_resource",
                "source_template_id": "success_plan",
                "owner_id": "user_",
            },
        ),
        _table(
            "objective",
            [
                *_texts("name", "title", "description", "type", "status", "priority", "risk_level"),
                *_texts("completion_type", "source_attribute", "direction", "unit", "tags", "progress_basis"),
                *_dates("start_date", "end_date", "completed_on"),
                *_numbers("health", "baseline_value", "current_value", "target_value", "template_version", "progress"),
                *_flags("archived", "template", "blocked", "portal_shared"),
            ],
            {
                **PLACE,
                "resource_id": "cs_resource",
                "source_template_id": "objective",
                "assigned_contact_id": "contact",
                "assigned_user_id": "user_",
                "owner_id": "user_",
            },
        ),
        _table(
            "objective_kpi",
            [
                *_texts("name", "category", "description", "unit", "direction", "source_attribute"),
                *_dates("target_date"),
                *_moments("last_progress_update"),
                *_numbers("baseline_value", "current_value", "target_value"),
                *_flags("blocked", "external", "customer_success_metric"),
            ],
            {"objective_id": "objective", "owner_id": "user_"},
        ),
        _table(
            "playbook",
            [
                *_texts("name", "level", "kind", "stage", "playbook_status", "description", "exit"),
                *_dates("start_date", "end_date"),
                *_moments("activated_on", "completed_on"),
                *_numbers("estimated_hours", "template_version", "progress"),
                *_flags("active", "template"),
            ],
            {
                **PLACE,
                "objective_id": "objective",
                "resource_id": "cs_resource",
                "source_template_id": "playbook",
                "contact_id": "contact",
                "owner_id": "user_",
            },
        ),
        _table(
            "playbook_task",
            [
                *_texts("name", "type", "status", "description"),
                *_dates("start_date", "end_date"),
                *_moments("completed_on"),
                *_numbers("percent_complete", "estimated_hours", "sequence"),
                *_flags("template"),
            ],
            {
                **PLACE,
                "objective_id": "objective",
                "playbook_id": "playbook",
                "source_template_id": "playbook_task",
                "owner_id": "user_",
            },
        ),
        _table(
            "playbook_task_dependency",
            _numbers("lag_days"),
            {"playbook_task_id": "playbook_task", "predecessor_id": "playbook_task"},
        ),
        _table(
            "playbook_task_assignment",
            _texts("role"),
            {"playbook_task_id": "playbook_task", "resource_id": "cs_resource"},
        ),
        _table(
            "cs_activity",
            [*_texts("name", "type", "direction", "notes", "tags", "source"), *_moments("occurred_at")],
            {
                **PLACE,
                "objective_id": "objective",
                "playbook_id": "playbook",
                "contact_id": "contact",
                "resource_id": "cs_resource",
                "owner_id": "user_",
            },
        ),
    )
}
"""Every record table by its name."""
