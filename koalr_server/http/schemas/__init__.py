"""What the answers look like, for the OpenAPI description: every field with its unit, and the examples of the API page.

Answers are built as plain dictionaries; these models describe them and the contract tests hold the two together.
"""

from koalr_server.http.schemas.fields import ErrorBody
from koalr_server.http.schemas.forecasts import BacklogForecast, DeliveryForecast
from koalr_server.http.schemas.lists import Deployments, Incidents, PullRequests, Teams
from koalr_server.http.schemas.metrics import (
    Copilot,
    CustomMetric,
    CustomMetrics,
    Dora,
    Flow,
    ReviewMetrics,
    ValueStream,
)
from koalr_server.http.schemas.risk import RISK_QUESTION, RiskScore
from koalr_server.http.schemas.status import Status

__all__ = [
    "RISK_QUESTION",
    "BacklogForecast",
    "Copilot",
    "CustomMetric",
    "CustomMetrics",
    "DeliveryForecast",
    "Deployments",
    "Dora",
    "ErrorBody",
    "Flow",
    "Incidents",
    "PullRequests",
    "ReviewMetrics",
    "RiskScore",
    "Status",
    "Teams",
    "ValueStream",
]
