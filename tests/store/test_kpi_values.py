"""Dated values of KPIs: no path that changes one can forget to note it."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from service.store import kpi_values
from service.store.database import transaction
from service.store.records import RECORDS

KPI = RECORDS["objective_kpi"]

pytestmark = pytest.mark.req("OB-81")


def made(engine: Engine, org_id: UUID, value: Decimal | None) -> UUID:
    kpi_id = uuid4()
    with transaction(engine, org_id) as connection:
        connection.execute(KPI.insert().values(org_id=org_id, id=kpi_id, current_value=value))
    return kpi_id


def edit(engine: Engine, org_id: UUID, kpi_id: UUID, **values: object) -> None:
    with transaction(engine, org_id, by="sync") as connection:
        connection.execute(KPI.update().where(KPI.c.id == kpi_id).values(**values))


def changes(engine: Engine, org_id: UUID, kpi_id: UUID) -> list[tuple[Decimal | None, Decimal | None, str | None]]:
    with transaction(engine, org_id) as connection:
        return [(each.was, each.value, each.by) for each in kpi_values.of_kpi(connection, kpi_id)]


def test_two_updates_are_two_rows_in_their_order_with_what_it_was_and_who_changed_it(
    engine: Engine, org_id: UUID
) -> None:
    kpi = made(engine, org_id, Decimal(5))

    edit(engine, org_id, kpi, current_value=Decimal(6))
    edit(engine, org_id, kpi, current_value=None)

    assert changes(engine, org_id, kpi) == [(Decimal(5), Decimal(6), "sync"), (Decimal(6), None, "sync")]


def test_other_fields_and_the_same_value_again_add_nothing(engine: Engine, org_id: UUID) -> None:
    kpi = made(engine, org_id, Decimal(5))

    edit(engine, org_id, kpi, description="Seats in use")
    edit(engine, org_id, kpi, current_value=Decimal("5.0"))

    assert changes(engine, org_id, kpi) == []


def test_an_upsert_notes_what_it_changed_and_not_what_it_made_or_left(engine: Engine, org_id: UUID) -> None:
    standing, same, new = made(engine, org_id, Decimal(1)), made(engine, org_id, Decimal(2)), uuid4()

    with transaction(engine, org_id) as connection:
        connection.execute(
            text(
                "INSERT INTO objective_kpi (org_id, id, current_value) "
                "SELECT :org, unnest(CAST(:ids AS uuid[])), 2 "
                "ON CONFLICT (org_id, id) DO UPDATE SET current_value = excluded.current_value"
            ),
            {"org": org_id, "ids": [standing, same, new]},
        )

    assert [len(changes(engine, org_id, kpi)) for kpi in (standing, same, new)] == [1, 0, 0]


def test_the_last_change_is_noted_on_the_kpi_once_and_to_the_second(engine: Engine, org_id: UUID) -> None:
    changed, unchanged = made(engine, org_id, Decimal(1)), made(engine, org_id, None)
    edit(engine, org_id, changed, current_value=Decimal(2))

    with transaction(engine, org_id) as connection:
        assert kpi_values.date_changes(connection) == 1
        assert kpi_values.date_changes(connection) == 0
        dated = dict(connection.execute(KPI.select().with_only_columns(KPI.c.id, KPI.c.last_progress_update)).all())

    assert dated[unchanged] is None
    assert dated[changed].microsecond == 0


def test_no_other_org_sees_them(engine: Engine, org_id: UUID) -> None:
    kpi = made(engine, org_id, Decimal(5))
    edit(engine, org_id, kpi, current_value=Decimal(6))

    assert changes(engine, uuid4(), kpi) == []
