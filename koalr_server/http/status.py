"""The status endpoint: what each answer rests on and lacks. It is no part of the API page."""

from fastapi import APIRouter, Depends, Security
from starlette.responses import JSONResponse

from koalr_server.http import schemas
from koalr_server.http.answers import answer
from koalr_server.http.parameters import CurrentKey, CurrentService, TeamId, key_header, refuse_repeated
from koalr_server.store.diagnosing import status

router = APIRouter(prefix="/v1", dependencies=[Security(key_header), Depends(refuse_repeated)])


@router.get("/status", response_model=schemas.Status)
def get_status(service: CurrentService, key: CurrentKey, team_id: TeamId = None) -> JSONResponse:
    """What every answer rests on, what it lacks, and the command that brings it; of the key's teams alone, if it has any."""
    scope = service.scope(key, team_id)
    moment = service.moment()
    teams = None if scope.everyone else scope.team_ids
    body = status(service.database, moment, teams, service.organisation(), with_sources=key.team_ids is None)
    return answer(body, moment, team_id)
