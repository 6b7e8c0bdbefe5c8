"""The table of all paths: the doors anybody may knock at, and the resources that take a session."""

from __future__ import annotations

from service.localorg.http import (
    batch,
    bulk,
    collections,
    composite,
    control,
    describe,
    graph,
    ingest,
    layouts,
    limits,
    metadata,
    oauth,
    query,
    replication,
    rows,
    schemachanges,
    soap,
    soapmetadata,
    tokens,
    transactions,
    tree,
    users,
    versions,
    weather,
)
from service.localorg.http.routes import Route, RouteTable

_ROOT = "/services/data/<version>"

DOORS = RouteTable(
    (
        Route("/services/oauth2/token", {"POST": oauth.token}),
        Route("/services/oauth2/userinfo", {"GET": users.userinfo, "POST": users.userinfo}),
        Route("/id/<org_id>/<user_id>", {"GET": users.identity}),
        Route("/services/Soap/<any(u, c):kind>/<version>", {"POST": soap.soap}),
        Route("/services/Soap/<any(u, c):kind>/<version>/<org_id>", {"POST": soap.soap}),
        Route("/services/data", {"GET": versions.versions}),
        Route("/services/Soap/m/<version>", {"POST": soapmetadata.metadata}),
        Route("/localorg", {"GET": control.state}),
        Route("/localorg/faults", {"GET": weather.faults, "POST": weather.set_faults, "DELETE": weather.clear_faults}),
        Route(
            "/localorg/automation",
            {"GET": weather.automation, "POST": weather.add_automation, "DELETE": weather.clear_automation},
        ),
        Route("/localorg/transactions", {"GET": transactions.transactions, "POST": transactions.begin}),
        Route("/localorg/transactions/<number>", {"POST": transactions.end}),
        Route("/localorg/token", {"GET": tokens.token}),
        Route("/localorg/certificate", {"GET": tokens.certificate}),
        Route("/localorg/schema", {"POST": schemachanges.schema}),
        *(Route(f"/localorg/{name}", {"POST": handler}) for name, handler in control.CONTROLS.items()),
    )
)

RESOURCES = RouteTable(
    (
        Route(_ROOT, {"GET": versions.resources}),
        Route(f"{_ROOT}/sobjects", {"GET": describe.list_objects}),
        Route(f"{_ROOT}/sobjects/<name>", {"GET": rows.basics, "POST": rows.create}),
        Route(f"{_ROOT}/sobjects/<name>/describe", {"GET": describe.describe}),
        Route(f"{_ROOT}/sobjects/<name>/describe/layouts/<record_type_id>", {"GET": layouts.layout}),
        Route(f"{_ROOT}/sobjects/<name>/updated", {"GET": replication.updated}),
        Route(f"{_ROOT}/sobjects/<name>/deleted", {"GET": replication.deleted}),
        Route(f"{_ROOT}/sobjects/<name>/<record_id>", {"GET": rows.read, "PATCH": rows.update, "DELETE": rows.delete}),
        Route(
            f"{_ROOT}/sobjects/<name>/<field>/<path:value>",
            {"GET": rows.read_by_key, "PATCH": rows.upsert, "DELETE": rows.delete_by_key},
        ),
        Route(f"{_ROOT}/query", {"GET": query.query}),
        Route(f"{_ROOT}/query/<locator>", {"GET": query.next_page}),
        Route(f"{_ROOT}/tooling/query", {"GET": query.tooling_query}),
        Route(f"{_ROOT}/queryAll", {"GET": query.query_all}),
        Route(f"{_ROOT}/queryAll/<locator>", {"GET": query.next_page}),
        Route(f"{_ROOT}/composite", {"GET": composite.resources, "POST": composite.composite}),
        Route(f"{_ROOT}/composite/batch", {"POST": batch.batch}),
        Route(f"{_ROOT}/composite/graph", {"POST": graph.graphs}),
        Route(f"{_ROOT}/composite/tree/<name>", {"POST": tree.create}),
        Route(
            f"{_ROOT}/composite/sobjects",
            {"POST": collections.create, "PATCH": collections.update, "DELETE": collections.delete},
        ),
        Route(f"{_ROOT}/composite/sobjects/<name>", {"GET": collections.retrieve, "POST": collections.retrieve}),
        Route(f"{_ROOT}/composite/sobjects/<name>/<field>", {"PATCH": collections.upsert}),
        Route(f"{_ROOT}/jobs/query", {"GET": bulk.list_jobs, "POST": bulk.create}),
        Route(f"{_ROOT}/jobs/query/<job_id>", {"GET": bulk.look, "PATCH": bulk.change, "DELETE": bulk.delete}),
        Route(f"{_ROOT}/jobs/query/<job_id>/results", {"GET": bulk.results}),
        Route(f"{_ROOT}/jobs/ingest", {"GET": ingest.list_jobs, "POST": ingest.create}),
        Route(f"{_ROOT}/jobs/ingest/<job_id>", {"GET": ingest.look, "PATCH": ingest.change, "DELETE": ingest.delete}),
        Route(f"{_ROOT}/jobs/ingest/<job_id>/batches", {"PUT": ingest.upload}),
        Route(f"{_ROOT}/jobs/ingest/<job_id>/successfulResults", {"GET": ingest.successful_results}),
        Route(f"{_ROOT}/jobs/ingest/<job_id>/failedResults", {"GET": ingest.failed_results}),
        # simple-salesforce writes a capital where the documentation has none.
        Route(f"{_ROOT}/jobs/ingest/<job_id>/unprocessedRecords", {"GET": ingest.unprocessed_records}),
        Route(f"{_ROOT}/jobs/ingest/<job_id>/unprocessedrecords", {"GET": ingest.unprocessed_records}),
        Route(f"{_ROOT}/metadata/deployRequest", {"POST": metadata.deploy}),
        Route(f"{_ROOT}/metadata/deployRequest/<deployment_id>", {"GET": metadata.look, "PATCH": metadata.cancel}),
        Route(f"{_ROOT}/limits", {"GET": limits.limits}),
        Route(f"{_ROOT}/limits/recordCount", {"GET": limits.record_count}),
    )
)
