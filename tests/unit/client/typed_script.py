"""A user's script that makes every call: `mypy --strict` must know the type of each answer."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, assert_type

from pandas import DataFrame

from koalr_api import (
    BacklogForecast,
    Copilot,
    CustomMetric,
    DeliveryForecast,
    Deployment,
    Dora,
    Flow,
    Incident,
    Koalr,
    Page,
    PullRequest,
    RateLimitError,
    Reviews,
    RiskScore,
    Rows,
    SavedMetric,
    Status,
    Team,
    Teams,
    ValueStream,
)
from koalr_api.models.dora import DoraWeek


def main(koalr: Koalr) -> None:
    dora = koalr.metrics.dora(days=30, team_id="team_abc123")
    assert_type(dora, Dora)
    assert_type(dora.lead_time, float | None)
    assert_type(dora.trend, Rows[DoraWeek] | None)
    assert_type(dora.raw, dict[str, Any])
    assert_type(dora.fetched_at, datetime)
    assert_type(dora.age, timedelta)
    assert_type(dora.stale, bool)
    assert_type(koalr.metrics.flow(days=30), Flow)
    assert_type(koalr.metrics.reviews(days=30), Reviews)
    assert_type(koalr.metrics.copilot(days=30), Copilot)
    assert_type(koalr.metrics.value_stream(days=30), ValueStream)
    assert_type(koalr.metrics.custom("p95-cycle-time"), CustomMetric)
    assert_type(koalr.custom_metrics.list(), Page[SavedMetric])
    assert_type(koalr.custom_metrics.iter(), Iterator[SavedMetric])

    page = koalr.deployments.list(days=7, page=1, page_size=100)
    assert_type(page, Page[Deployment])
    assert_type(page.data, Rows[Deployment])
    assert_type(page[0].deployed_at, datetime | None)
    assert_type([row.repo for row in page], list[str])
    assert_type(page.to_frame(), DataFrame)
    assert_type(page.data.to_frame(), DataFrame)
    assert_type(koalr.deployments.iter(), Iterator[Deployment])
    assert_type(koalr.pull_requests.list(team_id="team_abc123"), Page[PullRequest])
    assert_type(koalr.pull_requests.iter(days=90), Iterator[PullRequest])
    assert_type(koalr.incidents.list(), Page[Incident])
    assert_type(koalr.incidents.iter(), Iterator[Incident])
    assert_type(koalr.teams.list(), Teams)
    assert_type(koalr.teams.iter(), Iterator[Team])

    assert_type(koalr.forecast.delivery(items=20), DeliveryForecast)
    assert_type(koalr.forecast.delivery(items=20).p85, date | None)
    assert_type(koalr.forecast.backlog(), BacklogForecast)
    score = koalr.pr_risk.score(owner="acme", repo="api", pr_number=1847)
    assert_type(score, RiskScore)
    assert_type(score.signals.codeowners_compliance, bool | None)
    assert_type(koalr.status(), Status | None)

    try:
        koalr.teams.list()
    except RateLimitError as error:
        assert_type(error.retry_at, datetime | None)
