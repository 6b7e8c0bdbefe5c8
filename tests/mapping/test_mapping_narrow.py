"""Narrowed mappings: what the org no longer offers is left out, with what cannot be without it."""

from __future__ import annotations

from service.config import ROOT
from service.mapping.load import load
from service.mapping.narrow import without

MAPPINGS = load(ROOT / "mappings")


def test_nothing_left_out_is_the_very_same_mapping() -> None:
    assert without(MAPPINGS, frozenset()) is MAPPINGS


def test_a_field_is_left_out_of_its_object_and_nothing_else_changes() -> None:
    narrowed = without(MAPPINGS, frozenset({("objective", "title")}))

    assert {field.column for field in MAPPINGS["objective"].fields} - {
        field.column for field in narrowed["objective"].fields
    } == {"title"}
    assert narrowed["account"] is MAPPINGS["account"]


def test_the_same_parts_give_the_same_mappings() -> None:
    parts = frozenset({("objective", "title")})

    assert without(MAPPINGS, parts) is without(MAPPINGS, parts)


def test_without_an_object_its_children_that_need_it_go_too_and_the_others_lose_the_reference() -> None:
    narrowed = without(MAPPINGS, frozenset({("objective", "")}))

    assert {mapping.name for mapping in MAPPINGS} - {mapping.name for mapping in narrowed} == {
        "objective",
        "objective_kpi",
    }
    assert "objective_id" not in {field.column for field in narrowed["playbook"].fields}
