"""What the schemas of all answers share: how a field is described, errors, weeks."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Number = float | None


def figure(description: str, example: Any, **more: Any) -> Any:  # noqa: ANN401 - pydantic's own signature
    return Field(description=description, examples=[example], **more)


def whole(description: str) -> Any:  # noqa: ANN401 - pydantic's own signature
    return Field(description=description)


PREVIOUS = whole("The same figures for the window of equal length before")
TREND = whole("The same figures by ISO week, oldest first: the window's weeks, at least 8")


class Described(BaseModel):
    """Base: unknown fields may come, as an API grows."""

    model_config = ConfigDict(extra="allow")


class ErrorDetail(Described):
    """What went wrong."""

    code: str = figure("Stable word for the status", "bad_request")
    message: str = figure("What happened, what is allowed, what to do next", "days is invalid, got '0'.")
    param: str | None = Field(default=None, description="The parameter or body field at fault", examples=["days"])
    requestId: str = figure("Id of the request, also in X-Request-Id and in the log", "req_0f3b9a2c4d5e6f70")


class ErrorBody(Described):
    """The body of every answer that is not a success."""

    error: ErrorDetail = whole("What went wrong")


class Week(Described):
    """An ISO week of a trend."""

    weekStart: date = figure("Monday of the week", "2026-03-09")
    days: int = figure("Days of the week that have begun, 7 for past weeks", 7, ge=1, le=7)
    n: int = figure("How many records the figures rest on", 31, ge=0)
