"""Client for the Koalr Public API.

    from koalr_api import Koalr
    koalr = Koalr()                               # KOALR_API_KEY, KOALR_API_URL; or arguments
    koalr.metrics.dora(days=30).deploy_frequency

Every answer is a frozen model with units in its docstrings; every failure is a KoalrError (errors.py draws the tree).
"""

from koalr_api.client import Koalr, View
from koalr_api.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConfigError,
    InternalServerError,
    InvalidArgumentError,
    KoalrError,
    NotFoundError,
    PendingError,
    PermissionDeniedError,
    RateLimitError,
    ResponseValidationError,
)
from koalr_api.models import (
    BacklogForecast,
    Copilot,
    CustomMetric,
    DeliveryForecast,
    Deployment,
    Dora,
    DoraWeek,
    Flow,
    FlowWeek,
    Incident,
    LeadTimeBin,
    LeadTimeDistribution,
    PullRequest,
    Reviews,
    ReviewsWeek,
    RiskScore,
    Team,
    ValueStream,
    ValueStreamWeek,
)
from koalr_api.pages import Page
from koalr_api.request import Priority
from koalr_api.statistics import EntryAge, Statistics
from koalr_api.status import Finding, Status, Step

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BacklogForecast",
    "BadRequestError",
    "ConfigError",
    "Copilot",
    "CustomMetric",
    "DeliveryForecast",
    "Deployment",
    "Dora",
    "DoraWeek",
    "EntryAge",
    "Finding",
    "Flow",
    "FlowWeek",
    "Incident",
    "InternalServerError",
    "InvalidArgumentError",
    "Koalr",
    "KoalrError",
    "LeadTimeBin",
    "LeadTimeDistribution",
    "NotFoundError",
    "Page",
    "PendingError",
    "PermissionDeniedError",
    "Priority",
    "PullRequest",
    "RateLimitError",
    "ResponseValidationError",
    "Reviews",
    "ReviewsWeek",
    "RiskScore",
    "Statistics",
    "Status",
    "Step",
    "Team",
    "ValueStream",
    "ValueStreamWeek",
    "View",
]
