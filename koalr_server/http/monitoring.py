"""For whoever runs the server: alive, ready, and figures for Prometheus."""

import time

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.responses import JSONResponse, Response

from koalr_server.http.errors import ApiError
from koalr_server.http.parameters import CurrentKey
from koalr_server.http.service import Service
from koalr_server.inbox.inbox import Inbox


class StoreFigures:
    """What the store holds, read when asked."""

    def __init__(self, service: Service, inbox: Inbox | None) -> None:
        self._service = service
        self._inbox = inbox

    def collect(self) -> list[GaugeMetricFamily]:
        """Rows per kind, writes, and what is not read yet."""
        rows = GaugeMetricFamily("koalr_store_rows", "Rows in the store.", labels=["kind"])
        for kind, number in self._service.remembered("rows", self._count).items():
            rows.add_metric([kind], number)
        version = GaugeMetricFamily("koalr_store_version", "Writes committed since the start.")
        version.add_metric([], self._service.database.version)
        if self._inbox is None:
            return [rows, version]
        unread = GaugeMetricFamily("koalr_inbox_unread", "Deliveries that are kept and not read into the tables yet.")
        unread.add_metric([], self._inbox.unread())
        return [rows, version, unread]

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing, so that registering reads nothing."""
        return []

    def _count(self) -> dict[str, int]:
        counts = self._service.database.rows(
            """SELECT (SELECT count(*) FROM pull_request_facts) AS pull_requests, (SELECT count(*) FROM deployment_facts) AS deployments,
            (SELECT count(*) FROM incident_facts) AS incidents, (SELECT count(*) FROM reviews) AS reviews,
            (SELECT count(*) FROM work_items) AS work_items, (SELECT count(*) FROM commits) AS commits"""
        )
        return dict(counts[0])


def install(app: FastAPI, service: Service, inbox: Inbox | None, registry: CollectorRegistry) -> None:
    """Serve /healthz and /readyz to everyone, /metrics to whoever has a key."""
    registry.register(StoreFigures(service, inbox))
    if inbox is not None:
        inbox.figures.register(registry)
    started = time.monotonic()

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        return JSONResponse({"status": "ok", "uptimeSecs": int(time.monotonic() - started)})

    @app.get("/readyz", include_in_schema=False)
    def readyz() -> Response:
        service.database.rows("SELECT 1")
        return JSONResponse({"status": "ready"})

    @app.get("/metrics", include_in_schema=False)
    def metrics(key: CurrentKey) -> Response:
        if key.team_ids is not None:
            raise ApiError(403, "These figures are of the whole organisation; this key is limited to teams.")
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)
