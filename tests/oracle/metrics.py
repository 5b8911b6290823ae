"""The oracle's whole surface: one function per documented answer."""

from tests.oracle.copilot import copilot
from tests.oracle.dora import dora
from tests.oracle.flow import flow
from tests.oracle.forecast import forecast_backlog, forecast_delivery
from tests.oracle.lists import deployments, incidents, pull_requests, teams
from tests.oracle.review_metrics import review_metrics
from tests.oracle.risk import pr_risk
from tests.oracle.rows import Organisation, Row
from tests.oracle.value_stream import value_stream

__all__ = [
    "Organisation",
    "Row",
    "copilot",
    "deployments",
    "dora",
    "flow",
    "forecast_backlog",
    "forecast_delivery",
    "incidents",
    "pr_risk",
    "pull_requests",
    "review_metrics",
    "teams",
    "value_stream",
]
