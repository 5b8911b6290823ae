"""What pages ask the API.

Every function raises KoalrError where there is no answer to show; see koalr_api.errors.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from components import asking, coverage, freshness, items, unread
from components.filters import Filters
from components.format import latest_of
from koalr_api import (
    BacklogForecast,
    Copilot,
    CustomMetric,
    DeliveryForecast,
    Deployment,
    Dora,
    Flow,
    Incident,
    KoalrError,
    Model,
    NotFoundError,
    Page,
    PendingError,
    PullRequest,
    Reviews,
    RiskScore,
    SavedMetric,
    Status,
    Teams,
    ValueStream,
)
from koalr_api.request import Request
from koalr_api.resource import PREFIX

M = TypeVar("M", bound=Model)
C = TypeVar("C", Dora, Flow, Reviews, Copilot, ValueStream, CustomMetric)

LARGEST_PAGE_SIZE = 100
# A list is read in at most this many requests; beyond that a page says "latest N of total".
MOST_LIST_PAGES = 3
# What a page would only like to show leaves so many requests to the pages of others.
SPARED_REQUESTS = 6


def _told(answer: M) -> M:
    """An answer; its age, and what of it could not be read, are noted for the lines that say so."""
    freshness.note(answer.fetched_at, answer.stale)
    unread.note(answer)
    return answer


def _comparable(answer: C, days: int) -> C:
    """A metric's answer, without the window before where the data do not carry a comparison."""
    found = coverage.coverage(answer, days)
    coverage.note(found)
    if found.comparable or answer.previous is None:
        return answer
    return answer.altered(previous=None)


def status(filters: Filters) -> Status | None:
    """What the server says its data lack; None if it does not say."""
    found = asking.client().status(team_id=filters.team_id)
    return found if found is None else _told(found)


def teams() -> Teams:
    """Every team."""
    return _told(asking.client().teams.list())


def moment() -> datetime:
    """The end of every window: the server's own now if it tells, else when it answered."""
    told = teams()
    now = told.organisation.now if told.organisation else None
    return now or told.fetched_at


def dora(filters: Filters) -> Dora:
    """DORA metrics of the window."""
    return _comparable(_told(asking.client().metrics.dora(days=filters.days, team_id=filters.team_id)), filters.days)


def flow(filters: Filters) -> Flow:
    """Flow metrics of the window."""
    return _comparable(_told(asking.client().metrics.flow(days=filters.days, team_id=filters.team_id)), filters.days)


def reviews(filters: Filters) -> Reviews:
    """Review metrics of the window."""
    return _comparable(_told(asking.client().metrics.reviews(days=filters.days, team_id=filters.team_id)), filters.days)


def copilot(filters: Filters) -> Copilot:
    """GitHub Copilot usage of the window."""
    return _comparable(_told(asking.client().metrics.copilot(days=filters.days, team_id=filters.team_id)), filters.days)


def value_stream(filters: Filters) -> ValueStream:
    """Value stream of the window."""
    return _comparable(
        _told(asking.client().metrics.value_stream(days=filters.days, team_id=filters.team_id)), filters.days
    )


def custom_metrics() -> Page[SavedMetric] | None:
    """The saved custom metrics; None if the server does not list them."""
    try:
        return _told(asking.client().custom_metrics.list())
    except NotFoundError:
        return None


def custom_metric(slug: str, filters: Filters) -> CustomMetric:
    """One saved custom metric over the window."""
    return _comparable(_told(asking.client().metrics.custom(slug, days=filters.days)), filters.days)


def delivery(count: int, filters: Filters) -> DeliveryForecast:
    """When so many items are done."""
    return _told(asking.client().forecast.delivery(items=count, team_id=filters.team_id))


def usual_delivery(pace: Flow | KoalrError, filters: Filters) -> DeliveryForecast:
    """When about four weeks of work are done.

    Args:
        pace: the flow whose throughput says how much that is. While it is awaited, so is the forecast: asking for
            another number meanwhile would cost a request for nothing.
    """
    if isinstance(pace, PendingError):
        raise pace
    return delivery(items.usual(None if isinstance(pace, KoalrError) else pace.throughput), filters)


def payable_deliveries(wanted: Iterable[int], filters: Filters) -> list[int]:
    """Those of some item counts whose delivery forecast is at hand, or can be paid from what others leave of the budget."""
    told = asking.statistics()
    team = {"teamId": filters.team_id} if filters.team_id else {}
    at_hand = {each.request for each in told.ages}
    left = told.budget_left - told.queued - SPARED_REQUESTS
    found = []
    for count in wanted:
        if str(Request.of("GET", f"{PREFIX}/forecast/delivery", {"items": count, **team})) not in at_hand:
            left -= 1
            if left < 0:
                continue
        found.append(count)
    return found


def backlog(filters: Filters) -> BacklogForecast:
    """Weeks until nothing is open."""
    return _told(asking.client().forecast.backlog(team_id=filters.team_id))


def risk(owner: str, repo: str, number: int) -> RiskScore:
    """The deployment risk of a pull request."""
    return _told(asking.client().pr_risk.score(owner=owner, repo=repo, pr_number=number))


def incidents(filters: Filters) -> Page[Incident]:
    """Incidents of the window."""
    return _told(asking.client().incidents.list(days=filters.days, team_id=filters.team_id))


def deployments(filters: Filters, page: int) -> Page[Deployment]:
    """One page of deployments."""
    return _told(
        asking.client().deployments.list(
            days=filters.days, team_id=filters.team_id, page=page, page_size=LARGEST_PAGE_SIZE
        )
    )


def pull_requests(filters: Filters, page: int) -> Page[PullRequest]:
    """One page of merged pull requests."""
    return _told(
        asking.client().pull_requests.list(
            days=filters.days, team_id=filters.team_id, page=page, page_size=LARGEST_PAGE_SIZE
        )
    )


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest rows of a list, and how many there are in all."""

    rows: Sequence[PullRequest]
    total: int

    @property
    def words(self) -> str:
        """How many of how many, and how far back they go."""
        merged = [row.merged_at for row in self.rows if row.merged_at is not None]
        return latest_of(len(self.rows), self.total, min(merged, default=None))


def latest_pull_requests(filters: Filters) -> Latest:
    """The newest merged pull requests, as many as the request budget of a page allows."""
    first = pull_requests(filters, 1)
    rows = list(first.data)
    read, page = len(rows) + len(first.skipped), 2
    while page <= MOST_LIST_PAGES and read < first.total:
        more = pull_requests(filters, page)
        if not more.data:
            break
        rows += more.data
        read += len(more.data) + len(more.skipped)
        page += 1
    return Latest(rows, first.total)
