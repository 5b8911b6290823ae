"""The only place where Streamlit meets the API client: one client per connection, shared by every viewer."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from components import connection
from components.connection import Connection
from components.filters import Filters
from koalr_api import (
    ConfigError,
    Deployment,
    Dora,
    Flow,
    Incident,
    Koalr,
    Page,
    PullRequest,
    Reviews,
    Status,
    Team,
    ValueStream,
)

LARGEST_PAGE_SIZE = 100
# A list is read in at most this many requests; beyond that a page says "latest N of total".
MOST_LIST_PAGES = 3


@st.cache_resource(show_spinner=False)
def _client(base_url: str, api_key: str) -> Koalr:
    return Koalr(api_key, base_url=base_url)


def client() -> Koalr:
    """The client of the connection in use.

    Raises:
        ConfigError: neither an embedded server nor a key is there.
    """
    found: Connection | None = connection.current()
    if found is None:
        raise ConfigError("No API to ask: set KOALR_API_KEY, or start the dashboard with `streamlit run app.py`.")
    return _client(found.base_url, found.api_key)


def address() -> str:
    """Where the API is; without its key.

    Raises:
        ConfigError: as `client`.
    """
    client()
    found = connection.current()
    return found.base_url if found else ""


def status(filters: Filters) -> Status | None:
    """What the server says its data lack; None if it does not say."""
    return client().status(team_id=filters.team_id)


def teams() -> Page[Team]:
    """Every team."""
    return client().teams.list()


def dora(filters: Filters) -> Dora:
    """DORA metrics of the window."""
    return client().metrics.dora(days=filters.days, team_id=filters.team_id)


def flow(filters: Filters) -> Flow:
    """Flow metrics of the window."""
    return client().metrics.flow(days=filters.days, team_id=filters.team_id)


def reviews(filters: Filters) -> Reviews:
    """Review metrics of the window."""
    return client().metrics.reviews(days=filters.days, team_id=filters.team_id)


def value_stream(filters: Filters) -> ValueStream:
    """Value stream of the window."""
    return client().metrics.value_stream(days=filters.days, team_id=filters.team_id)


def incidents(filters: Filters) -> Page[Incident]:
    """Incidents of the window."""
    return client().incidents.list(days=filters.days, team_id=filters.team_id)


def deployments(filters: Filters, page: int) -> Page[Deployment]:
    """One page of deployments."""
    return client().deployments.list(days=filters.days, team_id=filters.team_id, page=page, page_size=LARGEST_PAGE_SIZE)


def pull_requests(filters: Filters, page: int) -> Page[PullRequest]:
    """One page of merged pull requests."""
    return client().pull_requests.list(
        days=filters.days, team_id=filters.team_id, page=page, page_size=LARGEST_PAGE_SIZE
    )


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest rows of a list, and how many there are in all."""

    rows: Sequence[PullRequest]
    total: int


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
