"""What the API says about itself."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from service.api.app import LOOKED_AT, WORKED_ON
from service.mapping.model import ObjectMapping
from tests.world import shipped


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI document, as anybody gets it."""
    answer = app.test_client().get("/openapi.json")
    assert answer.status_code == 200
    return answer.json


def test_every_operation_says_what_it_does_and_may_answer_with_a_problem(document: dict[str, Any]) -> None:
    operations = [
        operation for path in document["paths"].values() for name, operation in path.items() if name != "parameters"
    ]

    assert document["openapi"].startswith("3.1")
    assert len(operations) > 60
    for operation in operations:
        assert operation["summary"].endswith("."), operation
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/PROBLEM"}


@pytest.mark.parametrize("mapping", list(shipped()), ids=lambda mapping: mapping.name)
def test_names_are_the_same_in_the_mapping_and_in_the_api(document: dict[str, Any], mapping: ObjectMapping) -> None:
    path = {**WORKED_ON, **LOOKED_AT}.get(mapping.name)
    if path is None:
        assert mapping.name == "cs_activity"
        return
    shown = document["components"]["schemas"][_name(mapping)]["properties"]
    known = {field.column for field in mapping.fields}
    # Of a KPI both are computed when it is looked at.
    judged = {"progress", "status"} if mapping.name == "objective_kpi" else set()
    own = {"id", "version", "crm_id", "url", "extra"} | judged
    assert known == shown.keys() - own
    if mapping.name in WORKED_ON:
        sent = document["components"]["schemas"][f"{_name(mapping)}Values"]["properties"]
        computed = {field.column for field in mapping.fields if not (field.pushed and field.pulled)}
        assert sent.keys() - {"extra", "kpis"} == {field.column for field in mapping.fields} - computed


def test_the_page_to_try_it_needs_no_more_than_its_own_script_and_style(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/docs")

    assert page.status_code == 200
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    for asset in ("try.js", "try.css"):
        assert asset in page.text
        found = client.get(f"/docs/{asset}")
        assert found.status_code == 200
        found.close()
    page.close()


def _name(mapping: ObjectMapping) -> str:
    return "".join(part.capitalize() for part in mapping.name.split("_"))
