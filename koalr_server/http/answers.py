"""How an endpoint's body leaves: times as text, and which team it is about in a header."""

from typing import Any

from starlette.responses import JSONResponse

from koalr_server.clock import Moment
from koalr_server.http.wire import shown

TEAM_HEADER = "X-Koalr-Team"


def answer(body: dict[str, Any], moment: Moment, team_id: str | None) -> JSONResponse:
    """A body as a response; its times and dates are moved by the sample's shift."""
    headers = {TEAM_HEADER: team_id} if team_id else {}
    return JSONResponse(shown(body, moment.shift), headers=headers)
