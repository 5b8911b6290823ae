"""The only place where Streamlit meets the API client: one client per connection, shared by every viewer.

Every function raises KoalrError where there is no answer to show; see koalr_api.errors.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import streamlit as st

from components import connection, coverage, freshness, items, wall
from components.connection import Connection
from components.filters import Filters
from components.format import latest_of
from components.states import RETRY_BUTTON
from koalr_api import (
    BacklogForecast,
    ConfigError,
    Copilot,
    CustomMetric,
    DeliveryForecast,
    Deployment,
    Dora,
    Flow,
    Incident,
    Koalr,
    KoalrError,
    Model,
    NotFoundError,
    Page,
    PendingError,
    PullRequest,
    Reviews,
    RiskScore,
    SavedMetric,
    Statistics,
    Status,
    Teams,
    ValueStream,
    View,
)
from koalr_api.request import Request
from koalr_api.resource import PREFIX
from koalr_api.shared import Alone

M = TypeVar("M", bound=Model)
C = TypeVar("C", Dora, Flow, Reviews, Copilot, ValueStream, CustomMetric)

LARGEST_PAGE_SIZE = 100
# A list is read in at most this many requests; beyond that a page says "latest N of total".
MOST_LIST_PAGES = 3
# What a page would only like to show leaves so many requests to the pages of others.
SPARED_REQUESTS = 6


# A page waits so long for its first figures, then says when they will be there. The embedded server has no queue to
# speak of, and answers its first question while it is still warming up.
PATIENCE_SECS = 2.0
EMBEDDED_PATIENCE_SECS = 10.0
# Older figures are waited for before they are shown, if the API answers.
MAX_AGE_SECS = 300.0

_announcing: ContextVar[bool] = ContextVar("announcing", default=False)


@st.cache_resource(show_spinner=False)
def _client(base_url: str, api_key: str, embedded: bool) -> Koalr:
    found = Connection(base_url, api_key, embedded)
    return Koalr(
        api_key,
        base_url=base_url,
        patience_secs=EMBEDDED_PATIENCE_SECS if embedded else PATIENCE_SECS,
        max_age_secs=MAX_AGE_SECS,
        # The key of the embedded server is new at every start and known to no other process, and so are the answers.
        snapshot_path="" if embedded else _snapshot_path(found.fingerprint),
        shared=Alone() if embedded else None,
    )


def _snapshot_path(fingerprint: str) -> Path | None:
    """Where the answers outlive a restart: KOALR_CACHE_DIR, else the user's cache folder; None if the setting is empty."""
    folder = os.environ.get("KOALR_CACHE_DIR")
    if folder == "":
        return None
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(folder or f"{home}/koalr").expanduser() / f"dashboard-{fingerprint}.answers"


def _connected() -> Connection:
    found = connection.current()
    if found is None:
        raise ConfigError("No API to ask: set KOALR_API_KEY, or start the dashboard with `streamlit run app.py`.")
    return found


def client() -> View:
    """The client of the connection in use, for the one who looks: a TV comes after people, a pressed button asks anew.

    Raises:
        ConfigError: neither an embedded server nor a key is there.
    """
    connected = _connected()
    found: View = _client(connected.base_url, connected.api_key, connected.embedded)
    if wall.wanted():
        found = found.for_tv()
    if _announcing.get():
        found = found.with_options(patience_secs=0.0)
    return found.refresh() if st.session_state.get(RETRY_BUTTON) else found


def _told(answer: M) -> M:
    """An answer, its age noted for the line that says how old the page is."""
    freshness.note(answer.fetched_at, answer.stale)
    return answer


def _comparable(answer: C, days: int) -> C:
    """A metric's answer, without the window before where the data do not carry a comparison."""
    found = coverage.coverage(answer, days)
    coverage.note(found)
    if found.comparable or answer.previous is None:
        return answer
    alone = replace(answer, previous=None)
    for slot in Model.__slots__:
        object.__setattr__(alone, slot, getattr(answer, slot))
    return alone


def announce(*questions: Callable[[], object]) -> None:
    """Let questions be asked side by side that a page will ask one after another; what they answer stays in the client."""
    token = _announcing.set(True)
    try:
        for question in questions:
            # Whatever is wrong is told where the answer is used.
            with suppress(KoalrError):
                question()
    finally:
        _announcing.reset(token)


def statistics() -> Statistics:
    """What the client did so far and has now.

    Raises:
        ConfigError: as `client`.
    """
    return client().stats()


def address() -> str:
    """Where the API is; without its key.

    Raises:
        ConfigError: as `client`.
    """
    return _connected().base_url


def status(filters: Filters) -> Status | None:
    """What the server says its data lack; None if it does not say."""
    found = client().status(team_id=filters.team_id)
    return found if found is None else _told(found)


def teams() -> Teams:
    """Every team."""
    return _told(client().teams.list())


def moment() -> datetime:
    """The end of every window: the server's own now if it tells, else when it answered."""
    told = teams()
    now = told.organisation.now if told.organisation else None
    return now or told.fetched_at


def dora(filters: Filters) -> Dora:
    """DORA metrics of the window."""
    return _comparable(_told(client().metrics.dora(days=filters.days, team_id=filters.team_id)), filters.days)


def flow(filters: Filters) -> Flow:
    """Flow metrics of the window."""
    return _comparable(_told(client().metrics.flow(days=filters.days, team_id=filters.team_id)), filters.days)


def reviews(filters: Filters) -> Reviews:
    """Review metrics of the window."""
    return _comparable(_told(client().metrics.reviews(days=filters.days, team_id=filters.team_id)), filters.days)


def copilot(filters: Filters) -> Copilot:
    """GitHub Copilot usage of the window."""
    return _comparable(_told(client().metrics.copilot(days=filters.days, team_id=filters.team_id)), filters.days)


def value_stream(filters: Filters) -> ValueStream:
    """Value stream of the window."""
    return _comparable(_told(client().metrics.value_stream(days=filters.days, team_id=filters.team_id)), filters.days)


def custom_metrics() -> Page[SavedMetric] | None:
    """The saved custom metrics; None if the server does not list them."""
    try:
        return _told(client().custom_metrics.list())
    except NotFoundError:
        return None


def custom_metric(slug: str, filters: Filters) -> CustomMetric:
    """One saved custom metric over the window."""
    return _comparable(_told(client().metrics.custom(slug, days=filters.days)), filters.days)


def delivery(count: int, filters: Filters) -> DeliveryForecast:
    """When so many items are done."""
    return _told(client().forecast.delivery(items=count, team_id=filters.team_id))


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
    told = statistics()
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
    return _told(client().forecast.backlog(team_id=filters.team_id))


def risk(owner: str, repo: str, number: int) -> RiskScore:
    """The deployment risk of a pull request."""
    return _told(client().pr_risk.score(owner=owner, repo=repo, pr_number=number))


def incidents(filters: Filters) -> Page[Incident]:
    """Incidents of the window."""
    return _told(client().incidents.list(days=filters.days, team_id=filters.team_id))


def deployments(filters: Filters, page: int) -> Page[Deployment]:
    """One page of deployments."""
    return _told(
        client().deployments.list(days=filters.days, team_id=filters.team_id, page=page, page_size=LARGEST_PAGE_SIZE)
    )


def pull_requests(filters: Filters, page: int) -> Page[PullRequest]:
    """One page of merged pull requests."""
    return _told(
        client().pull_requests.list(days=filters.days, team_id=filters.team_id, page=page, page_size=LARGEST_PAGE_SIZE)
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
    page = 2
    while page <= MOST_LIST_PAGES and len(rows) < first.total:
        more = pull_requests(filters, page).data
        if not more:
            break
        rows += more
        page += 1
    return Latest(rows, first.total)
