"""Query parameters as named types, with the ranges of the API (docs/API.md)."""

import re
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from fastapi.security import APIKeyHeader
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from koalr_server.http.errors import ApiError
from koalr_server.http.service import Service
from koalr_server.keys import ApiKey

LONGEST_WINDOW_DAYS = 1095
LARGEST_PAGE = 1_000_000_000
MOST_ITEMS = 10_000
KNOWN = ("days", "teamId", "page", "pageSize", "items")


def _digits(value: object) -> object:
    """Only what a person would call a whole number; on its own the framework also takes "1.0", "1_0" and "٣"."""
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]+", value):
        raise PydanticCustomError("whole_number", "a whole number is expected")
    return value


WHOLE = BeforeValidator(_digits)
Days = Annotated[
    int, Query(ge=1, le=LONGEST_WINDOW_DAYS, description="Rolling window in days, up to now", examples=[30]), WHOLE
]
TeamId = Annotated[
    str | None,
    Query(
        alias="teamId",
        min_length=1,
        max_length=200,
        description="Filter by team ID, an id of /v1/teams",
        examples=["team_abc123"],
    ),
]
Slug = Annotated[str, Path(description="Custom metric slug", examples=["p95-cycle-time"])]
PageNumber = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Page number, from 1", examples=[1]), WHOLE]
Items = Annotated[
    int, Query(ge=1, le=MOST_ITEMS, description="Number of backlog items to forecast", examples=[20]), WHOLE
]
PageSize = Annotated[int, Query(alias="pageSize", ge=1, le=100, description="Results per page", examples=[25]), WHOLE]


# Only described here: the gate checks the key before any route is looked for.
key_header = APIKeyHeader(name="X-Koalr-Key", scheme_name="ApiKey", description="klr_live_…", auto_error=False)


def refuse_repeated(request: Request) -> None:
    """A parameter given twice has no one meaning.

    Raises:
        ApiError: 400 naming the parameter.
    """
    for name in KNOWN:
        if len(request.query_params.getlist(name)) > 1:
            raise ApiError(400, f"{name} is given more than once.", name)


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _key(request: Request) -> ApiKey:
    key: ApiKey = request.state.api_key
    return key


CurrentService = Annotated[Service, Depends(_service)]
CurrentKey = Annotated[ApiKey, Depends(_key)]
