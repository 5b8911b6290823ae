"""The API's answers as frozen models. A figure is None where the server has no data for it; counts are 0."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from koalr_api.answer import Answer, Answered

# Fields without a default are documented and must come; `previous` and `trend` are extras of servers that have them.


@dataclass(frozen=True, slots=True)
class DoraWeek:
    """DORA metrics of one ISO week."""

    week_start: date
    """Monday of the week."""
    n: int
    """Successful production deployments."""
    deploy_frequency: float | None
    lead_time: float | None
    change_failure_rate: float | None
    mttr: float | None
    days: int | None = None
    """Days of the week that have begun, 7 for past weeks."""


@dataclass(frozen=True, slots=True)
class DoraFigures:
    """DORA metrics of one window."""

    deploy_frequency: float | None
    """Successful production deployments per day."""
    lead_time: float | None
    """Median hours from first commit to production."""
    change_failure_rate: float | None
    """Share of production deployments that failed, 0 to 1."""
    mttr: float | None
    """Mean minutes to restore service."""
    tier: str | None
    """elite, high, medium or low."""


@dataclass(frozen=True, slots=True)
class LeadTimeBin:
    """Changes whose lead time lies in [from_hours, to_hours)."""

    from_hours: float
    to_hours: float
    changes: int


@dataclass(frozen=True, slots=True)
class LeadTimeDistribution:
    """How lead times spread, in hours."""

    changes: int
    p50: float
    p85: float
    bins: tuple[LeadTimeBin, ...]


@dataclass(frozen=True, slots=True)
class Dora(DoraFigures, Answered):
    """GET /metrics/dora."""

    previous: DoraFigures | None = None
    """The window before this one."""
    trend: tuple[DoraWeek, ...] | None = None
    """Weeks, oldest first."""
    lead_time_distribution: LeadTimeDistribution | None = None
    """Spread of the window's lead times."""
    _answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class FlowFigures:
    """Flow metrics of one window."""

    cycle_time: float | None
    """Median days from start to done."""
    throughput: float | None
    """Items finished per week."""
    wip_count: int | None
    """Items in progress."""
    flow_efficiency: float | None
    """Active share of elapsed time, 0 to 1."""


@dataclass(frozen=True, slots=True)
class FlowWeek(FlowFigures):
    """Flow metrics of one ISO week; n items finished."""

    week_start: date
    n: int
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Flow(FlowFigures, Answered):
    """GET /flow."""

    previous: FlowFigures | None = None
    trend: tuple[FlowWeek, ...] | None = None
    _answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class ReviewsFigures:
    """Review metrics of one window."""

    avg_review_cycle_time: float | None
    """Mean hours from first review to last approval."""
    avg_first_response_time: float | None
    """Mean hours from ready for review to first review."""
    total_reviewed: int
    """Pull requests first reviewed in the window."""


@dataclass(frozen=True, slots=True)
class ReviewsWeek(ReviewsFigures):
    """Review metrics of one ISO week."""

    week_start: date
    n: int
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Reviews(ReviewsFigures, Answered):
    """GET /review-metrics."""

    previous: ReviewsFigures | None = None
    trend: tuple[ReviewsWeek, ...] | None = None
    _answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class CopilotFigures:
    """GitHub Copilot usage of one window."""

    adoption_rate: float | None
    """Active users per seat, 0 to 1."""
    acceptance_rate: float | None
    """Accepted per suggested code completion, 0 to 1."""
    estimated_hours_saved: float | None
    """Hours, by the server's stated formula."""


@dataclass(frozen=True, slots=True)
class Copilot(CopilotFigures, Answered):
    """GET /copilot."""

    previous: CopilotFigures | None = None
    _answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class ValueStreamFigures:
    """Median days per stage of one window."""

    idea_to_commit: float | None
    """Issue created to first commit."""
    commit_to_merge: float | None
    """First commit to merge."""
    merge_to_deploy: float | None
    """Merge to production."""
    total_lead_time: float | None
    """Sum of the stages shown."""


@dataclass(frozen=True, slots=True)
class ValueStreamWeek(ValueStreamFigures):
    """Value stream of one ISO week; n changes deployed."""

    week_start: date
    n: int
    days: int | None = None


@dataclass(frozen=True, slots=True)
class ValueStream(ValueStreamFigures, Answered):
    """GET /value-stream."""

    previous: ValueStreamFigures | None = None
    trend: tuple[ValueStreamWeek, ...] | None = None
    _answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class CustomMetric(Answered):
    """GET /custom-metrics/:slug/query."""

    slug: str
    label: str
    value: float | None
    """In `unit`."""
    unit: str
    period: str
    """Such as last_30_days."""
    _answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Deployment:
    """One row of GET /deployments."""

    id: str
    repo: str
    env: str
    status: str
    deployed_at: datetime | None
    """When it finished; None while it has not."""
    lead_time_secs: float | None
    """Median seconds from first commit over the changes it shipped first."""
    ref: str | None = None
    """Tag or version, where the server says."""
    failed: bool | None = None
    """Whether it is known to have failed later, where the server says."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """One row of GET /pull-requests."""

    id: str
    number: int
    title: str
    repo: str
    author: str | None
    merged_at: datetime | None
    cycle_time_secs: float | None
    """Seconds from first commit to merge."""
    risk_score: float | None
    """0 to 100."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One row of GET /incidents."""

    id: str
    title: str
    severity: str | None
    status: str
    started_at: datetime
    resolved_at: datetime | None
    """None while open."""
    mttr_secs: float | None
    """Seconds from start to resolution, None while open."""


@dataclass(frozen=True, slots=True)
class Team:
    """One row of GET /teams."""

    id: str
    name: str
    member_count: int
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryForecast(Answered):
    """GET /forecast/delivery: the dates by which all items are done with 50, 85 and 95 per cent confidence."""

    items: int
    team_id: str | None
    p50: date | None
    p85: date | None
    p95: date | None
    simulations: int
    _answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class WeeksToEmpty:
    """Weeks until the backlog is empty, by confidence."""

    p50: float | None
    p85: float | None


@dataclass(frozen=True, slots=True)
class BacklogForecast(Answered):
    """GET /forecast/backlog."""

    weekly_throughput_p50: float | None
    """Items per week, plain percentile."""
    weekly_throughput_p85: float | None
    """Items per week, plain percentile."""
    backlog_size: int | None
    weeks_to_empty: WeeksToEmpty
    _answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class RiskScore(Answered):
    """POST /pr-risk/score."""

    pr_number: int
    repo: str
    risk_score: float | None
    """0 to 100."""
    tier: str | None
    """low, medium, high or critical."""
    signals: Mapping[str, Any]
    """Signal name to value; names and types as documented."""
    recommendation: str | None
    _answer: Answer | None = None
