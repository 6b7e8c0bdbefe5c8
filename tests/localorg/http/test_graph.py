from __future__ import annotations

from typing import Any

import pytest

from service.localorg.org import LocalOrg
from tests.localorg.http.calling import ROOT, Caller, refusal


def node(name: str, sobject: str = "Project__c", **values: Any) -> dict[str, Any]:
    return {
        "referenceId": name,
        "method": "POST",
        "url": f"{ROOT}/sobjects/{sobject}/",
        "body": {"Name": name, **values},
    }


def tree(graph_id: str, children: int, **project: Any) -> dict[str, Any]:
    milestones = [node(f"m{at}", "Milestone__c", Project__c="@{root.id}") for at in range(children)]
    return {"graphId": graph_id, "compositeRequest": [node("root", **project), *milestones]}


def send(caller: Caller, *graphs: dict[str, Any]) -> list[dict[str, Any]]:
    answer = caller("POST", "composite/graph", json={"graphs": list(graphs)})
    assert answer.status_code == 200, answer.text
    return list(answer.json["graphs"])


def statuses(result: dict[str, Any]) -> list[int]:
    return [each["httpStatusCode"] for each in result["graphResponse"]["compositeResponse"]]


def test_a_tree_of_two_hundred_children_is_one_call(editor: Caller, org: LocalOrg) -> None:
    used = editor.app.api.usage.used

    (result,) = send(editor, tree("1", 200))

    assert (result["graphId"], result["isSuccessful"], statuses(result)) == ("1", True, [201] * 201)
    assert len(list(org.storage.rows("Milestone__c"))) == 200
    assert editor.app.api.usage.used == used + 1


def test_a_graph_that_fails_is_undone_and_the_others_stand(editor: Caller, org: LocalOrg) -> None:
    bad = tree("bad", 1)
    bad["compositeRequest"].append(node("wrong", Budget__c=-1))

    failed, kept = send(editor, bad, tree("good", 1))

    assert (failed["isSuccessful"], kept["isSuccessful"]) == (False, True)
    codes = [each["body"][0]["errorCode"] for each in failed["graphResponse"]["compositeResponse"]]
    assert codes == ["PROCESSING_HALTED", "PROCESSING_HALTED", "FIELD_CUSTOM_VALIDATION_EXCEPTION"]
    assert len(list(org.storage.rows("Project__c"))) == 1


def test_after_fourteen_failures_no_graph_is_run(editor: Caller, org: LocalOrg) -> None:
    failing = [tree(f"f{at}", 0, Budget__c=-1) for at in range(14)]

    results = send(editor, *failing, tree("good", 0))

    assert not any(result["isSuccessful"] for result in results)
    assert list(org.storage.rows("Project__c")) == []


def test_a_graph_reads_updates_and_upserts_rows(editor: Caller) -> None:
    record_id = editor.created("Project__c", Name="Apollo", Key__c="k-1")
    row = f"{ROOT}/sobjects/Project__c"

    (result,) = send(
        editor,
        {
            "graphId": "g",
            "compositeRequest": [
                {"referenceId": "a", "method": "PATCH", "url": f"{row}/{record_id}", "body": {"Name": "Gemini"}},
                {"referenceId": "b", "method": "GET", "url": f"{row}/Key__c/k-1"},
                {"referenceId": "c", "method": "PATCH", "url": f"{row}/Key__c/k-2", "body": {"Name": "@{b.Name}"}},
            ],
        },
    )

    assert statuses(result) == [204, 200, 201]
    assert editor("GET", "sobjects/Project__c/Key__c/k-2").json["Name"] == "Gemini"


def many_kinds() -> dict[str, Any]:
    nodes = [{**node(f"n{at}"), "url": f"{ROOT}/sobjects/Object{at}__c"} for at in range(16)]
    return {"graphId": "g", "compositeRequest": nodes}


def deep() -> dict[str, Any]:
    nodes = [node("n0"), *(node(f"n{at}", Notes__c=f"@{{n{at - 1}.id}}") for at in range(1, 16))]
    return {"graphId": "g", "compositeRequest": nodes}


@pytest.mark.parametrize(
    ("graphs", "code"),
    [
        ([tree("1", 500)], "LIMIT_EXCEEDED"),
        ([tree(f"g{at}", 0) for at in range(76)], "LIMIT_EXCEEDED"),
        ([many_kinds()], "LIMIT_EXCEEDED"),
        ([deep()], "LIMIT_EXCEEDED"),
        ([tree("same", 0), tree("same", 0)], "INVALID_INPUT"),
        ([tree("-x", 0)], "INVALID_INPUT"),
        ([tree("x" * 41, 0)], "INVALID_INPUT"),
        ([{"graphId": "q", "compositeRequest": [{**node("a"), "url": f"{ROOT}/query?q=x"}]}], "INVALID_INPUT"),
        ([{"graphId": "q"}], "JSON_PARSER_ERROR"),
        ([], "JSON_PARSER_ERROR"),
        (None, "JSON_PARSER_ERROR"),
    ],
)
def test_graphs_past_their_limits_are_refused(editor: Caller, org: LocalOrg, graphs: object, code: str) -> None:
    assert refusal(editor("POST", "composite/graph", json={"graphs": graphs})) == (400, code)
    assert list(org.storage.rows("Project__c")) == []


def test_fifteen_levels_are_not_too_deep(editor: Caller) -> None:
    graph = deep()
    graph["compositeRequest"].pop()

    (result,) = send(editor, graph)

    assert result["isSuccessful"] is True
