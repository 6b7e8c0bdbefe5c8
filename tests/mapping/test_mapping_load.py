"""Loading: what the files say, and what is added to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from service.domain.merging import Direction, Policy
from service.domain.values import Kind
from service.mapping.load import load
from service.mapping.model import Condition, FieldMapping, ObjectMapping, Operator

Folder = Callable[..., Path]
Plan = Callable[..., ObjectMapping]


def test_an_object_needs_no_more_than_its_object_key_and_fields(plan: Plan) -> None:
    mapping = plan(name="crm: Name, kind: text")

    assert mapping.name == mapping.table == "plan"
    assert (mapping.sobject, mapping.key) == ("Plan__c", "Key__c")
    assert mapping.direction is Direction.BOTH
    assert mapping.on_delete is Policy.ASK
    assert mapping.pushes_creates
    assert mapping.pushes_deletes
    assert mapping.filter == ()
    assert mapping.fields == (FieldMapping(column="name", crm="Name", kind=Kind.TEXT),)


def test_every_key_of_an_object_is_read(plan: Plan) -> None:
    mapping = plan(
        "table: plan_", "creates: false", "deletes: false", "on_delete: theirs", name="crm: Name, kind: text"
    )

    assert mapping.table == "plan_"
    assert not mapping.pushes_creates
    assert not mapping.pushes_deletes
    assert mapping.on_delete is Policy.THEIRS


def test_every_key_of_a_field_is_read(plan: Plan) -> None:
    mapping = plan(
        name="crm: Name, kind: text, direction: push, conflict: ours, required: true, length: 80, transform: trimmed_upper",
        parent_id="crm: Parent__c, kind: reference, refers_to: plan",
        worth="crm: Worth__c, kind: number, scale: 4",
    )

    name, parent, worth = mapping.fields
    assert (name.direction, name.conflict, name.required) == (Direction.PUSH, Policy.OURS, True)
    assert (name.length, name.scale, name.transform) == (80, None, "trimmed_upper")
    assert (name.pushed, name.pulled) == (True, False)
    assert (parent.refers_to, parent.pushed, parent.pulled) == ("plan", True, True)
    assert worth.scale == 4
    assert mapping.references == (parent,)


def test_a_number_without_a_scale_is_a_whole_one(plan: Plan) -> None:
    assert plan(health="crm: Health__c, kind: number").field("health").scale == 0


def test_an_object_that_is_only_pulled_sends_nothing_and_needs_no_key(folder: Folder) -> None:
    text = """
        object: User
        direction: pull
        fields:
          name: {crm: Name, kind: text}
    """
    user = load(folder(user=text))["user"]

    assert user.key is None
    assert not user.pushes_creates
    assert not user.pushes_deletes
    assert [field.direction for field in user.fields] == [Direction.PULL]
    assert not user.fields[0].pushed


def test_a_filter_keeps_its_values_in_canonical_form(plan: Plan) -> None:
    mapping = plan(
        "where:",
        "  - {field: Stage__c, in: [' Open ', Won]}",
        "  - {field: Worth__c, equals: 1.50}",
        "  - {field: Since__c, not_equals: 2026-01-01}",
        "  - {field: Active__c, equals: true}",
        "  - {field: Name, not_null: true}",
        name="crm: Name, kind: text",
        stage="crm: Stage__c, kind: choice",
        worth="crm: Worth__c, kind: number, scale: 2",
        since="crm: Since__c, kind: date",
        active="crm: Active__c, kind: boolean",
    )

    assert mapping.filter == (
        Condition(crm="Stage__c", kind=Kind.CHOICE, operator=Operator.IN, values=("Open", "Won")),
        Condition(crm="Worth__c", kind=Kind.NUMBER, operator=Operator.EQUALS, values=("1.5",)),
        Condition(crm="Since__c", kind=Kind.DATE, operator=Operator.NOT_EQUALS, values=("2026-01-01",)),
        Condition(crm="Active__c", kind=Kind.BOOLEAN, operator=Operator.EQUALS, values=(True,)),
        Condition(crm="Name", kind=Kind.TEXT, operator=Operator.NOT_NULL),
    )


def test_a_filter_on_a_transformed_field_is_in_the_words_of_the_crm(plan: Plan) -> None:
    mapping = plan(
        "where: [{field: Agreed__c, equals: 'Yes'}]", agreed="crm: Agreed__c, kind: boolean, transform: yes_no"
    )

    assert mapping.filter == (Condition(crm="Agreed__c", kind=Kind.CHOICE, operator=Operator.EQUALS, values=("Yes",)),)


@pytest.mark.req("P7")
def test_objects_come_parents_first_whatever_their_names(folder: Folder) -> None:
    def refers(to: str) -> str:
        return f"""
            object: X{to.title()}
            key: Key__c
            fields:
              parent_id: {{crm: Parent__c, kind: reference, refers_to: {to}}}
        """

    mappings = load(
        folder(a=refers("b"), b=refers("z"), m=refers("z").replace("XZ", "XM"), z=refers("z").replace("XZ", "Q"))
    )

    assert [mapping.name for mapping in mappings] == ["z", "b", "m", "a"]
    assert len(mappings) == 4


def test_a_namespace_goes_before_the_names_of_our_package_only(folder: Folder) -> None:
    text = """
        object: Plan__c
        key: Key__c
        where: [{field: Open__c, equals: true}]
        fields:
          name: {crm: Name, kind: text}
          open: {crm: Open__c, kind: boolean}
          theirs: {crm: other__Thing__c, kind: text}
    """
    plain, named = (load(folder(plan=text), namespace=namespace)["plan"] for namespace in (None, "ps"))

    assert (plain.sobject, plain.key) == ("Plan__c", "Key__c")
    assert (named.sobject, named.key) == ("ps__Plan__c", "ps__Key__c")
    assert [field.crm for field in plain.fields] == ["Name", "Open__c", "other__Thing__c"]
    assert [field.crm for field in named.fields] == ["Name", "ps__Open__c", "other__Thing__c"]
    assert [condition.crm for condition in named.filter] == ["ps__Open__c"]


def test_an_overlay_adds_fields_that_keep_their_name_and_are_kept_apart(
    folder: Folder, overlay: Callable[[str], Path]
) -> None:
    path = folder(plan="{object: Plan__c, key: Key__c, fields: {region: {crm: Region__c, kind: text}}}")
    extra = overlay("overlay: {plan: {fields: {area: {crm: Region__c, kind: choice, direction: pull}}}}")

    mappings = load(path, namespace="ps", overlay=extra)

    shipped, added = mappings["plan"].fields
    assert (shipped.crm, shipped.extra) == ("ps__Region__c", False)
    assert added == FieldMapping(column="area", crm="Region__c", kind=Kind.CHOICE, direction=Direction.PULL, extra=True)
    assert mappings.overlay == "acme.overlay"


def test_a_reference_of_an_overlay_counts_in_the_order(folder: Folder, overlay: Callable[[str], Path]) -> None:
    path = folder(
        a="{object: A, key: K__c, fields: {name: {crm: Name, kind: text}}}",
        b="{object: B, key: K__c, fields: {name: {crm: Name, kind: text}}}",
    )
    extra = overlay("overlay: {a: {fields: {b_id: {crm: B__c, kind: reference, refers_to: b}}}}")

    assert [mapping.name for mapping in load(path)] == ["a", "b"]
    assert [mapping.name for mapping in load(path, overlay=extra)] == ["b", "a"]


def test_what_is_not_mapped_is_a_key_error(plan: Plan, folder: Folder) -> None:
    mapping = plan(name="crm: Name, kind: text")

    with pytest.raises(KeyError, match="title"):
        mapping.field("title")
    with pytest.raises(KeyError, match="playbook"):
        load(folder())["playbook"]
