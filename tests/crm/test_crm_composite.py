import json
from itertools import chain

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st
from responses import matchers

from service.crm import requests
from service.crm.answers import Landed, OutOfStep, RowResult, moment
from service.crm.composite import graph, packs
from service.crm.errors import LimitReached, Refused, RowError
from tests.crm.conftest import DATA

COMPOSITE = f"{DATA}composite"
LIGHT = requests.describe("Account")
HEAVY = requests.query("SELECT Id FROM Account")


def part(status, body=None, name="r0", **headers):
    return {"httpStatusCode": status, "body": body, "referenceId": name, "httpHeaders": headers}


@given(st.lists(st.sampled_from([LIGHT, HEAVY]), max_size=120))
def test_packs_keep_the_order_and_the_limits(asked):
    packed = list(packs(asked))
    assert list(chain(*packed)) == asked
    assert all(0 < len(pack) <= 25 for pack in packed)
    assert all(sum(request.heavy for request in pack) <= 5 for pack in packed)


@pytest.mark.req("P9")
@pytest.mark.parametrize(
    ("asked", "calls"), [([LIGHT] * 25, 1), ([LIGHT] * 26, 2), ([HEAVY] * 5, 1), ([HEAVY] * 6, 2), ([], 0)]
)
def test_a_pack_costs_one_call(asked, calls):
    assert len(list(packs(asked))) == calls


def test_a_failed_part_does_not_hide_the_others(client, org):
    refusal = [{"errorCode": "INVALID_FIELD", "message": "No such column 'X'"}]
    org.post(COMPOSITE, json={"compositeResponse": [part(400, refusal), part(200, {"name": "Account"}, "r1")]})
    refused, described = client.composite([HEAVY, LIGHT])
    assert isinstance(refused, Refused)
    assert (refused.code, refused.status) == ("INVALID_FIELD", 400)
    assert described == {"name": "Account"}
    assert client.api_calls == 1


def test_a_part_refused_without_a_reason_is_still_refused(client, org):
    org.post(COMPOSITE, json={"compositeResponse": [part(500)]})
    (refused,) = client.composite([LIGHT])
    assert refused.code == "HTTP_500"


def test_conditional_updates_keep_their_condition_in_the_pack(client, org):
    noon = moment("2026-03-01T12:00:00.000+0000")
    updates = [requests.update_row("Account", f"001{n}", {"Name": "x"}, unmodified_since=noon) for n in range(2)]
    body = {
        "allOrNone": False,
        "compositeRequest": [
            {
                "method": "PATCH",
                "url": f"/services/data/v68.0/sobjects/Account/001{n}",
                "referenceId": f"r{n}",
                "httpHeaders": {"If-Unmodified-Since": "Sun, 01 Mar 2026 12:00:00 GMT"},
                "body": {"Name": "x"},
            }
            for n in range(2)
        ],
    }
    changed = [{"errorCode": "PRECONDITION_FAILED", "message": "changed"}]
    org.post(
        COMPOSITE,
        match=[matchers.json_params_matcher(body), matchers.header_matcher({"Sforce-Auto-Assign": "FALSE"})],
        json={"compositeResponse": [part(204), part(412, changed, "r1")]},
    )
    assert client.composite(updates) == [Landed(), OutOfStep()]


def test_headers_of_a_part_reach_its_answer_in_any_case(client, org):
    last = part(200, {"sobjects": []}, **{"Last-Modified": "Sun, 01 Mar 2026 12:00:00 GMT"})
    org.post(COMPOSITE, json={"compositeResponse": [last]})
    (described,) = client.composite([requests.describe_global()])
    assert described.modified == moment("2026-03-01T12:00:00Z")


def test_many_requests_travel_in_several_calls(client, org):
    def echo(request):
        asked = json.loads(request.body)["compositeRequest"]
        return 200, {}, json.dumps({"compositeResponse": [part(200, one["url"]) for one in asked]})

    org.add_callback(responses.POST, COMPOSITE, callback=echo)
    asked = [requests.describe(f"Object{n}__c") for n in range(30)]
    answers = client.composite(asked)
    assert answers == [f"/services/data/v68.0/sobjects/Object{n}__c/describe" for n in range(30)]
    assert client.api_calls == 2


def test_all_or_none_never_spans_two_calls(client):
    with pytest.raises(ValueError, match="all or none needs one call"):
        client.composite([LIGHT] * 26, all_or_none=True)


def test_a_limit_inside_the_outer_answer_is_an_error(client, org):
    org.post(
        COMPOSITE,
        status=403,
        json=[{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}],
    )
    with pytest.raises(LimitReached, match="TotalRequests"):
        client.composite([LIGHT])


TREE = {
    "plan": requests.create_row("Success_Plan__c", {"Name": "Plan"}),
    "aim": requests.create_row("Objective__c", {"Success_Plan__c": "@{plan.id}"}),
}


def graph_answer(successful, *parts):
    return {
        "graphs": [{"graphId": "plansync", "isSuccessful": successful, "graphResponse": {"compositeResponse": parts}}]
    }


def test_a_tree_lands_whole_in_one_call(client, org):
    org.post(
        f"{DATA}composite/graph",
        json=graph_answer(
            True,
            part(201, {"id": "a02", "success": True, "errors": []}, "aim"),
            part(201, {"id": "a01", "success": True, "errors": []}, "plan"),
        ),
    )
    assert client.graph(TREE) == {
        "aim": RowResult(id="a02", success=True),
        "plan": RowResult(id="a01", success=True),
    }
    assert client.api_calls == 1


def test_a_tree_that_fails_names_the_node_at_fault_and_not_the_halted(client, org):
    org.post(
        f"{DATA}composite/graph",
        json=graph_answer(
            False,
            part(400, [{"errorCode": "PROCESSING_HALTED", "message": "halted"}], "plan"),
            part(400, [{"errorCode": "REQUIRED_FIELD_MISSING", "message": "missing", "fields": ["Name"]}], "aim"),
        ),
    )
    refused = client.graph(TREE)
    assert isinstance(refused, Refused)
    assert refused.first == RowError("REQUIRED_FIELD_MISSING", "missing", ("Name",))
    assert len(refused.errors) == 2


@pytest.mark.parametrize("size", [0, 501])
def test_a_graph_past_its_size_is_never_built(size):
    nodes = {f"n{n}": TREE["plan"] for n in range(size)}
    with pytest.raises(ValueError, match="nodes in a graph that takes 1 to 500"):
        graph(nodes, root="/services/data/v68.0/")


def test_a_trigger_that_met_a_lock_is_told_from_one_that_broke() -> None:
    code = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"

    assert RowError(code, "T: execution of AfterUpdate caused by: UNABLE_TO_LOCK_ROW, unable to obtain lock").transient
    assert not RowError(code, "T: execution of AfterUpdate caused by: System.NullPointerException").transient
