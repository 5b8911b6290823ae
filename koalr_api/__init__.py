"""Client for the Koalr Public API.

    from koalr_api import Koalr
    koalr = Koalr()                               # KOALR_API_KEY, KOALR_API_URL; or arguments
    koalr.metrics.dora(days=30).deploy_frequency

Every answer is a frozen model with units in its docstrings; every failure is a KoalrError (errors.py draws the tree).
"""

from typing import TYPE_CHECKING

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
from koalr_api.model import Model, Rows, Skipped
from koalr_api.pages import Page
from koalr_api.request import Priority
from koalr_api.statistics import EntryAge, Statistics
from koalr_api.version import VERSION as __version__

if TYPE_CHECKING:
    from koalr_api.models.custom import CustomMetric, CustomMetricValue, CustomMetricWeek, SavedMetric
    from koalr_api.models.dora import Dora, DoraFigures, DoraWeek, LeadTimeBin, LeadTimeDistribution
    from koalr_api.models.flow import Flow, FlowFigures, FlowWeek, ValueStream, ValueStreamFigures, ValueStreamWeek
    from koalr_api.models.forecast import BacklogForecast, Backtest, Dates, DeliveryForecast, Held, WeeksToEmpty
    from koalr_api.models.records import Deployment, Incident, Organisation, PullRequest, Team, Teams
    from koalr_api.models.reviews import (
        Copilot,
        CopilotFigures,
        CopilotWeek,
        HoursSaved,
        Reviews,
        ReviewsFigures,
        ReviewsWeek,
    )
    from koalr_api.models.risk import (
        ReliabilityGroup,
        RiskFloor,
        RiskModel,
        RiskScore,
        SignalDetail,
        Signals,
        TopContribution,
    )
    from koalr_api.models.status import Basis, Finding, IdleEvent, Lack, Source, Status, Step
else:
    _TOPICS = ("dora", "flow", "reviews", "records", "forecast", "risk", "custom", "status")

    # Making fifty classes takes longer than a command that uses three of them should wait, so they are loaded when named.
    # Type checkers do not see this, or every name would be one to them.
    def __getattr__(name: str) -> object:
        if name in __all__:
            from importlib import import_module

            for topic in _TOPICS:
                module = import_module(f"koalr_api.models.{topic}")
                if name in vars(module):
                    return vars(module)[name]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__


__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BacklogForecast",
    "Backtest",
    "BadRequestError",
    "Basis",
    "ConfigError",
    "Copilot",
    "CopilotFigures",
    "CopilotWeek",
    "CustomMetric",
    "CustomMetricValue",
    "CustomMetricWeek",
    "Dates",
    "DeliveryForecast",
    "Deployment",
    "Dora",
    "DoraFigures",
    "DoraWeek",
    "EntryAge",
    "Finding",
    "Flow",
    "FlowFigures",
    "FlowWeek",
    "Held",
    "HoursSaved",
    "IdleEvent",
    "Incident",
    "InternalServerError",
    "InvalidArgumentError",
    "Koalr",
    "KoalrError",
    "Lack",
    "LeadTimeBin",
    "LeadTimeDistribution",
    "Model",
    "NotFoundError",
    "Organisation",
    "Page",
    "PendingError",
    "PermissionDeniedError",
    "Priority",
    "PullRequest",
    "RateLimitError",
    "ReliabilityGroup",
    "ResponseValidationError",
    "Reviews",
    "ReviewsFigures",
    "ReviewsWeek",
    "RiskFloor",
    "RiskModel",
    "RiskScore",
    "Rows",
    "SavedMetric",
    "SignalDetail",
    "Signals",
    "Skipped",
    "Source",
    "Statistics",
    "Status",
    "Step",
    "Team",
    "Teams",
    "TopContribution",
    "ValueStream",
    "ValueStreamFigures",
    "ValueStreamWeek",
    "View",
    "WeeksToEmpty",
    "__version__",
]
