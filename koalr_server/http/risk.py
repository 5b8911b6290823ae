"""The pull request risk endpoint, and what its JSON body must be."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Security
from starlette.responses import JSONResponse

from koalr_server.http import schemas
from koalr_server.http.answers import answer
from koalr_server.http.errors import ApiError
from koalr_server.http.parameters import CurrentKey, CurrentService, key_header
from koalr_server.http.schemas.risk import LARGEST_NUMBER, LONGEST_NAME
from koalr_server.risk.pull_request import NotAllowedError, Question, risk

FIELDS = ("prNumber", "repo", "owner")

router = APIRouter(prefix="/v1", dependencies=[Security(key_header)])


async def _question(request: Request) -> Question:
    return read_question(await request.body())


@router.post("/pr-risk/score", response_model=schemas.RiskScore, openapi_extra=schemas.RISK_QUESTION)
def post_score(
    question: Annotated[Question, Depends(_question)], service: CurrentService, key: CurrentKey
) -> JSONResponse:
    """How likely a pull request is to bring a failure, beside others: its signals, the score, and what it rests on."""
    scope = service.scope(key, None)
    moment = service.moment()
    called = f"{_shown(f'{question.owner}/{question.name}')} #{question.number}"
    try:
        found = risk(service.query, question, moment.now, scope, service.risk_floors, moment.shift)
    except NotAllowedError:
        raise ApiError(403, f"This key is not for the teams of {called}.") from None
    if found is None:
        raise ApiError(404, f"No pull request {called}; GET /api/v1/pull-requests lists the merged ones.")
    return answer(found, moment, None)


def read_question(body: bytes) -> Question:
    """The fields prNumber, repo and owner of a request body; others are ignored.

    Raises:
        ApiError: 400 naming the first field that is missing or wrong, if it is one.
    """
    try:
        fields = json.loads(body, object_pairs_hook=_object, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ApiError(400, 'The body is not JSON; send {"prNumber": 1, "repo": "api", "owner": "acme"}.') from None
    if not isinstance(fields, dict):
        raise ApiError(400, f"The body is a JSON {_kind(fields)}; an object with prNumber, repo and owner is expected.")
    return Question(_number(fields), _name(fields, "repo"), _name(fields, "owner"))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a field given twice has no one meaning."""
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise ApiError(400, f"{_shown(name)} is given more than once.", name if name in FIELDS else None)
        fields[name] = value
    return fields


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _number(fields: dict[str, Any]) -> int:
    value = _required(fields, "prNumber")
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # JSON knows one kind of number: 60.0 is 60
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST_NUMBER:
        raise ApiError(400, f"prNumber is invalid, got {_shown(value)}: a whole number from 1 is expected.", "prNumber")
    return value


def _name(fields: dict[str, Any], field: str) -> str:
    value = _required(fields, field)
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_NAME or not _clean(value):
        raise ApiError(
            400,
            f"{field} is invalid, got {_shown(value)}: a text of 1 to {LONGEST_NAME} characters is expected.",
            field,
        )
    return value


def _required(fields: dict[str, Any], field: str) -> object:
    if fields.get(field) is None:
        raise ApiError(400, f"{field} is required.", field)
    return fields[field]


def _clean(text: str) -> bool:
    """Whether a text can be stored at all: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _shown(value: object) -> str:
    return ascii(value)[:80]


def _kind(value: object) -> str:
    kinds = {list: "array", str: "string", bool: "boolean", type(None): "null"}
    return kinds.get(type(value), "number")
