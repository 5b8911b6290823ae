"""The endpoints of custom metrics."""

from typing import Any

from fastapi import APIRouter, Depends, Security
from starlette.responses import JSONResponse

from koalr_server.custom.answer import answer as computed
from koalr_server.custom.validation import read_definition
from koalr_server.http import schemas
from koalr_server.http.answers import answer
from koalr_server.http.errors import ApiError
from koalr_server.http.parameters import CurrentKey, CurrentService, Days, Slug, key_header, refuse_repeated
from koalr_server.http.service import Service
from koalr_server.keys import ApiKey
from koalr_server.store.custom_metrics import SavedMetric, find_team, saved_metrics

router = APIRouter(prefix="/v1/custom-metrics", dependencies=[Security(key_header), Depends(refuse_repeated)])


@router.get("", response_model=schemas.CustomMetrics)
def list_custom_metrics(service: CurrentService, key: CurrentKey) -> JSONResponse:
    """The custom metrics the key may ask for, by slug."""
    found = [_listed(service, metric) for metric in saved_metrics(service.database).values()]
    data = [each for each in found if key.team_ids is None or each["teamId"] in key.team_ids]
    return JSONResponse({"data": data, "total": len(data)})


@router.get("/{slug}/query", response_model=schemas.CustomMetric)
def query_custom_metric(slug: Slug, service: CurrentService, key: CurrentKey, days: Days = 30) -> JSONResponse:
    """The computed result of a saved custom metric."""
    metric = saved_metrics(service.database).get(slug)
    if metric is None:
        raise ApiError(404, f"No custom metric {slug[:80]!r}; GET /api/v1/custom-metrics lists the slugs.", "slug")
    team_id = _team(service, key, metric)
    definition, faults = read_definition(metric.document)
    if definition is None:
        raise ApiError(
            404, f"The saved definition of {slug!r} does not fit this version: {faults[0]} Save it again.", "slug"
        )
    moment = service.moment()
    scope = service.resolved(None if team_id is None else frozenset({team_id}))
    body = computed(definition, service.query, moment.now, days, scope, moment.shift)
    return answer(body, moment, team_id)


def _team(service: Service, key: ApiKey, metric: SavedMetric) -> str | None:
    """The id of the team whose rows count; None is everybody's.

    Raises:
        ApiError: 403 for a metric the key is not for, 404 for a team that is gone.
    """
    team = metric.document.get("team")
    team_id = None if team is None else find_team(service.database, team)
    if key.team_ids is not None and team_id not in key.team_ids:
        raise ApiError(403, "This key is limited to teams; it may ask for custom metrics of those teams only.", "slug")
    if team is not None and team_id is None:
        raise ApiError(
            404, f"This custom metric is of the team {team[:80]!r}, which is not there; save it with another.", "slug"
        )
    return team_id


def _listed(service: Service, metric: SavedMetric) -> dict[str, Any]:
    document = metric.document
    team = document.get("team")
    return {
        "slug": document["slug"],
        "label": document["label"],
        "unit": document["unit"],
        "description": document.get("description"),
        "teamId": None if team is None else find_team(service.database, team) or team,
    }
