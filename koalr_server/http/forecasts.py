"""The forecasting endpoints."""

from fastapi import APIRouter, Depends, Security
from starlette.responses import JSONResponse

from koalr_server.forecast.backlog import backlog
from koalr_server.forecast.delivery import delivery
from koalr_server.forecast.history import read_history
from koalr_server.http import schemas
from koalr_server.http.answers import answer
from koalr_server.http.parameters import CurrentKey, CurrentService, Items, TeamId, key_header, refuse_repeated

router = APIRouter(prefix="/v1/forecast", dependencies=[Security(key_header), Depends(refuse_repeated)])


@router.get("/delivery", response_model=schemas.DeliveryForecast)
def get_delivery(service: CurrentService, key: CurrentKey, items: Items, team_id: TeamId = None) -> JSONResponse:
    """Dates by which so many items are done, with 50, 85 and 95 per cent confidence."""
    scope = service.scope(key, team_id)
    moment = service.moment()
    history = read_history(service.query, moment.now, scope)
    return answer(delivery(history, items, team_id), moment, team_id)


@router.get("/backlog", response_model=schemas.BacklogForecast)
def get_backlog(service: CurrentService, key: CurrentKey, team_id: TeamId = None) -> JSONResponse:
    """Open work, weekly throughput, and the weeks until nothing is open."""
    scope = service.scope(key, team_id)
    moment = service.moment()
    history = read_history(service.query, moment.now, scope)
    return answer(backlog(history, team_id), moment, team_id)
