"""The endpoints of the API page, by its paths below the mount point."""

from functools import partial

from fastapi import APIRouter, Depends, Security
from starlette.responses import JSONResponse

from koalr_server.http import schemas
from koalr_server.http.answers import answer
from koalr_server.http.parameters import (
    CurrentKey,
    CurrentService,
    Days,
    PageNumber,
    PageSize,
    TeamId,
    key_header,
    refuse_repeated,
)
from koalr_server.http.service import Service
from koalr_server.keys import ApiKey
from koalr_server.metrics import lists
from koalr_server.metrics.copilot import copilot
from koalr_server.metrics.distribution import lead_time_distribution
from koalr_server.metrics.dora import dora
from koalr_server.metrics.flow import flow
from koalr_server.metrics.reviews import review_metrics
from koalr_server.metrics.summaries import Metric, summarise
from koalr_server.metrics.value_stream import value_stream
from koalr_server.metrics.windows import Window

router = APIRouter(prefix="/v1", dependencies=[Security(key_header), Depends(refuse_repeated)])


def _summary(
    metric: Metric, service: Service, key: ApiKey, days: int, team_id: str | None, organisation_wide: bool = False
) -> JSONResponse:
    scope = service.scope(key, team_id, organisation_wide)
    moment = service.moment()
    return answer(summarise(metric, service.query, moment.now, days, scope), moment, team_id)


@router.get("/metrics/dora", response_model=schemas.Dora)
def get_dora(service: CurrentService, key: CurrentKey, days: Days = 30, team_id: TeamId = None) -> JSONResponse:
    """DORA metrics summary."""
    scope = service.scope(key, team_id, organisation_wide=True)
    moment = service.moment()
    body = summarise(dora, service.query, moment.now, days, scope)
    body["leadTimeDistribution"] = lead_time_distribution(service.query, Window.rolling(moment.now, days), scope)
    return answer(body, moment, team_id)


@router.get("/flow", response_model=schemas.Flow)
def get_flow(service: CurrentService, key: CurrentKey, days: Days = 30, team_id: TeamId = None) -> JSONResponse:
    """Cycle time, throughput, work in progress, flow efficiency."""
    return _summary(flow, service, key, days, team_id)


@router.get("/review-metrics", response_model=schemas.ReviewMetrics)
def get_review_metrics(
    service: CurrentService, key: CurrentKey, days: Days = 30, team_id: TeamId = None
) -> JSONResponse:
    """Review cycle and first response time."""
    return _summary(review_metrics, service, key, days, team_id)


@router.get("/copilot", response_model=schemas.Copilot)
def get_copilot(service: CurrentService, key: CurrentKey, days: Days = 30, team_id: TeamId = None) -> JSONResponse:
    """GitHub Copilot: adoption, acceptance, estimated hours saved."""
    metric = partial(copilot, minutes_per_line=service.copilot_minutes_per_line)
    return _summary(metric, service, key, days, team_id, organisation_wide=True)


@router.get("/value-stream", response_model=schemas.ValueStream)
def get_value_stream(service: CurrentService, key: CurrentKey, days: Days = 30, team_id: TeamId = None) -> JSONResponse:
    """Days from idea to production by stage."""
    return _summary(value_stream, service, key, days, team_id, organisation_wide=True)


@router.get("/deployments", response_model=schemas.Deployments)
def get_deployments(
    service: CurrentService,
    key: CurrentKey,
    days: Days = 30,
    team_id: TeamId = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> JSONResponse:
    """Deployments within the window, newest first."""
    scope = service.scope(key, team_id)
    moment = service.moment()
    rows, total = lists.deployments(service.query, Window.rolling(moment.now, days), scope, page, page_size)
    return answer({"data": rows, "total": total, "page": page}, moment, team_id)


@router.get("/pull-requests", response_model=schemas.PullRequests)
def get_pull_requests(
    service: CurrentService,
    key: CurrentKey,
    days: Days = 30,
    team_id: TeamId = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> JSONResponse:
    """Pull requests merged within the window, newest first."""
    scope = service.scope(key, team_id)
    moment = service.moment()
    window = Window.rolling(moment.now, days)
    rows, total = lists.pull_requests(service.query, window, scope, page, page_size, service.risk_floors)
    return answer({"data": rows, "total": total, "page": page, "pageSize": page_size}, moment, team_id)


@router.get("/incidents", response_model=schemas.Incidents)
def get_incidents(service: CurrentService, key: CurrentKey, days: Days = 30, team_id: TeamId = None) -> JSONResponse:
    """Incidents started within the window, newest first."""
    scope = service.scope(key, team_id)
    moment = service.moment()
    rows = lists.incidents(service.query, Window.rolling(moment.now, days), scope)
    return answer({"data": rows, "total": len(rows)}, moment, team_id)


@router.get("/teams", response_model=schemas.Teams)
def get_teams(service: CurrentService, key: CurrentKey) -> JSONResponse:
    """All teams the key may see, and what this server holds."""
    moment = service.moment()
    rows = lists.teams(service.query, service.resolved(key.team_ids))
    body = {
        "data": rows,
        "total": len(rows),
        "limited": key.team_ids is not None,
        "organisation": {**service.organisation(), "now": moment.now},
    }
    return answer(body, moment, None)
