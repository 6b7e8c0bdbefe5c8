"""What becomes of values when a field gets another type, and an org's setup when its package changes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from service.localorg.org import LocalOrg
from service.localorg.records.retyping import carried, conversion_refusal, reshaped
from service.localorg.schema.model import Field, Picklist, Reference, Type


def field(kind: Type, **more: Any) -> Field:
    return Field(name="F__c", label="F", type=kind, **more)


TEXT = field(Type.STRING, length=20)
LONG = field(Type.TEXTAREA, length=32768)
HTML = field(Type.TEXTAREA, length=32768, html=True)
NUMBER = field(Type.DOUBLE, precision=18, scale=2)
COLOURS = Picklist(values=(("Red", "Red"), ("Blue", "Blue")))
CHOICE = field(Type.PICKLIST, length=255, picklist=COLOURS)
CHOICES = field(Type.MULTIPICKLIST, length=4099, picklist=COLOURS)
CODE = field(Type.STRING, length=30, auto_number="C-{0}")
FLAG = field(Type.BOOLEAN)
DAY = field(Type.DATE)


@pytest.mark.parametrize(
    ("old", "new", "stored", "kept"),
    [
        (TEXT, field(Type.STRING, length=3), "abcdef", "abc"),
        (TEXT, field(Type.PHONE, length=40), "123", "123"),
        (TEXT, NUMBER, "123", None),
        (TEXT, CODE, "C-7", "C-7"),
        (TEXT, CHOICE, "Red", "Red"),
        (TEXT, CHOICE, "Green", None),
        (TEXT, CHOICES, "Red", None),
        (TEXT, FLAG, "true", 0),
        (TEXT, DAY, "2026-01-01", None),
        (NUMBER, TEXT, 1234.5, "1234.5"),
        (NUMBER, field(Type.PERCENT, precision=5, scale=1), 12.25, 12.3),
        (NUMBER, field(Type.DOUBLE, precision=18, scale=0), 2.5, 3.0),
        (NUMBER, TEXT, None, None),
        (CODE, TEXT, "C-7", None),
        (CODE, NUMBER, "C-7", None),
        (FLAG, TEXT, 1, None),
        (FLAG, FLAG, 1, 1),
        (CHOICE, CHOICES, "Red", "Red"),
        (CHOICE, CHOICES, "Green", None),
        (CHOICE, field(Type.PICKLIST, length=255, picklist=Picklist(values=(("Blue", "Blue"),))), "Red", "Red"),
        (CHOICES, CHOICE, "Red;Blue", None),
        (LONG, TEXT, "x" * 30, "x" * 20),
        (LONG, CHOICE, "Red", None),
        (DAY, field(Type.DATETIME), "2026-01-01", None),
        (DAY, DAY, "2026-01-01", "2026-01-01"),
    ],
)
def test_a_value_is_carried_or_lost_as_salesforce_documents(old: Field, new: Field, stored: Any, kept: Any) -> None:
    assert carried(old, new, stored) == kept


@pytest.mark.parametrize(
    ("old", "new", "touched"),
    [
        (TEXT, TEXT, False),
        (TEXT, field(Type.STRING, length=21), False),
        (TEXT, field(Type.STRING, length=19), True),
        (TEXT, field(Type.STRING, length=20, case_sensitive=True), True),
        (TEXT, CODE, True),
        (NUMBER, field(Type.DOUBLE, precision=18, scale=1), True),
        (NUMBER, field(Type.CURRENCY, precision=18, scale=2), True),
    ],
)
def test_values_are_only_looked_at_where_their_shape_changes(old: Field, new: Field, touched: bool) -> None:
    assert reshaped(old, new) is touched


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        (TEXT, NUMBER, False),
        (LONG, HTML, False),
        (HTML, LONG, False),
        (HTML, TEXT, True),
        (TEXT, HTML, True),
        (TEXT, field(Type.REFERENCE, reference=Reference(to=("Account",), name="F__r", children=None)), True),
    ],
)
def test_what_no_org_converts_is_refused(old: Field, new: Field, refused: bool) -> None:
    assert (conversion_refusal(old, new) is not None) is refused


def test_a_file_that_is_opened_with_another_package_follows_it(boats_package: Path, tmp_path: Path) -> None:
    database = str(tmp_path / "org.db")
    first = LocalOrg.install(boats_package, database=database)
    first.add_user("sailor@example.com", name="Sam Sailor", permission_sets=["Sailor"])
    first.storage.close()
    package = Path(shutil.copytree(boats_package, tmp_path / "package"))
    (package / "force-app/main/default/permissionsets/Sailor.permissionset-meta.xml").unlink()

    second = LocalOrg.install(package, database=database)

    assert {row["Name"] for row in second.storage.rows("PermissionSet")} == {"Harbour_Master"}
    sailor = second.actor(second.user_id("sailor@example.com"))
    assert second.access.object_rights(sailor, "Boat__c").read is False
    second.storage.close()
