"""What each command shows: tables, and sentences beside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from koalr_api.command.tables import Column, moment, number, words

if TYPE_CHECKING:
    from koalr_api.models.custom import CustomMetric
    from koalr_api.models.dora import Dora
    from koalr_api.models.flow import Flow, ValueStream
    from koalr_api.models.forecast import BacklogForecast, DeliveryForecast
    from koalr_api.models.reviews import Copilot, Reviews
    from koalr_api.models.risk import RiskScore
    from koalr_api.models.status import Status

    Windowed = Dora | Flow | Reviews | Copilot | ValueStream | CustomMetric

HOURS_PER_SECOND = 1 / 3600
MINUTES_PER_SECOND = 1 / 60


@dataclass(frozen=True, slots=True)
class Table:
    """Rows and what is shown of each."""

    columns: Sequence[Column]
    rows: Sequence[object]


# What a command prints: sentences and tables, in order.
View = list["str | Table"]
Shown = tuple[str, object]

FIGURES: dict[str, tuple[Column, ...]] = {
    "dora": (
        number("deploy_frequency", "deploys (per day)", 2),
        number("lead_time", "lead time (h)", 1),
        number("change_failure_rate", "failures (%)", 1, 100),
        number("mttr", "restore (min)", 0),
        words("tier", "tier"),
    ),
    "flow": (
        number("cycle_time", "cycle time (days)", 2),
        number("throughput", "throughput (items/week)", 1),
        number("wip_count", "in progress (items)"),
        number("flow_efficiency", "flow efficiency (%)", 1, 100),
    ),
    "reviews": (
        number("avg_review_cycle_time", "review cycle (h)", 1),
        number("avg_first_response_time", "first response (h)", 1),
        number("total_reviewed", "reviewed (pull requests)"),
    ),
    "copilot": (
        number("adoption_rate", "adoption (%)", 1, 100),
        number("acceptance_rate", "acceptance (%)", 1, 100),
        number("estimated_hours_saved", "saved (h)", 1),
        number("active_people", "active (people)"),
        number("seats", "seats"),
    ),
    "value-stream": (
        number("idea_to_commit", "idea to commit (days)", 2),
        number("commit_to_merge", "commit to merge (days)", 2),
        number("merge_to_deploy", "merge to deploy (days)", 2),
        number("total_lead_time", "total (days)", 2),
    ),
}
LISTS: dict[str, tuple[Column, ...]] = {
    "deployments": (
        moment("deployed_at", "deployed (UTC)"),
        words("repo", "repository"),
        words("ref", "version"),
        words("env", "environment"),
        Column("result", lambda row: "failed later" if row.failed else row.status, right=False),
        number("lead_time_secs", "lead time (h)", 1, HOURS_PER_SECOND),
    ),
    "pull-requests": (
        moment("merged_at", "merged (UTC)"),
        words("repo", "repository"),
        Column("number", lambda row: f"#{row.number}"),
        words("title", "title"),
        words("author", "author"),
        number("cycle_time_secs", "cycle time (h)", 1, HOURS_PER_SECOND),
        number("risk_score", "risk (0–100)"),
    ),
    "incidents": (
        moment("started_at", "started (UTC)"),
        moment("resolved_at", "resolved (UTC)"),
        words("severity", "severity"),
        words("status", "status"),
        number("mttr_secs", "restore (min)", 0, MINUTES_PER_SECOND),
        words("title", "title"),
    ),
    "teams": (
        words("id", "id"),
        words("name", "name"),
        number("member_count", "members (people)"),
        moment("created_at", "created (UTC)"),
    ),
    "custom-metrics": (
        words("slug", "slug"),
        words("label", "name"),
        words("unit", "unit"),
        words("description", "description"),
    ),
}


def figures(columns: Sequence[Column], found: "Windowed", days: int) -> View:
    """The window, the one before, and its weeks, where the server has them."""
    rows: list[Shown] = [(f"last {days} days", found)]
    if found.previous is not None:
        rows.append((f"{days} days before", found.previous))
    rows += [(f"week of {week.week_start}", week) for week in found.trend or ()]
    shown = [Column(column.head, _of_second(column), column.right) for column in columns]
    return [Table([Column("window", lambda row: str(row[0]), right=False), *shown], rows)]


def _of_second(column: Column) -> Callable[[Shown], str | None]:
    return lambda row: column.value(row[1])


def custom(found: "CustomMetric", days: int) -> View:
    """A custom metric by window; its unit is its own."""
    return figures([number("value", f"{found.label} ({found.unit})", 2)], found, days)


def listing(columns: Sequence[Column], rows: Sequence[object], total: int) -> View:
    """Rows, and how many there are in all."""
    return [Table(columns, rows), f"{len(rows):,} of {total:,}"]


def delivery(found: "DeliveryForecast") -> View:
    """Dates by confidence."""
    names = ("p50", "p85", "p95")
    columns = [
        Column("confidence (%)", lambda name: name[1:]),
        Column(f"{found.items:,} items done by", lambda name: _text(getattr(found, name)), right=False),
    ]
    if found.backtest is not None:
        columns.append(Column("such dates held (%)", lambda name: _percent(getattr(found.backtest, name))))
    return [Table(columns, names), *_sentences(found.reason)]


def backlog(found: "BacklogForecast") -> View:
    """Weeks to empty by confidence, and the throughput behind them."""
    columns = [
        Column("confidence (%)", lambda name: name[1:]),
        Column("empty in (weeks)", lambda name: _text(getattr(found.weeks_to_empty, name))),
    ]
    speed = [
        number("backlog_size", "open (items)"),
        number("weekly_throughput_p50", "median week (items)", 1),
        number("weekly_throughput_p85", "85th percentile week (items)", 1),
    ]
    return [Table(speed, [found]), "", Table(columns, ("p50", "p85")), *_sentences(found.reason)]


def risk(found: "RiskScore") -> View:
    """The score, why, and every signal that is known."""
    score = "unknown" if found.risk_score is None else f"{found.risk_score:.0f} of 100"
    heading = f"{found.repo} #{found.pr_number}: risk {score}{f', {found.tier}' if found.tier else ''}"
    reasons = [row.words for row in found.top_contributions or ()]
    signals = [(name, value) for name, value in found.raw["signals"].items() if value is not None]
    columns = [
        Column("signal", lambda row: row[0], right=False),
        Column("value", lambda row: _text(row[1])),
    ]
    return [heading, *_sentences(found.recommendation, found.label, *reasons), "", Table(columns, signals)]


def status(found: "Status") -> View:
    """What each answer rests on, and what to do."""
    columns = [
        words("name", "answer"),
        words("status", "data"),
        Column("rests on", lambda row: ", ".join(f"{one.count:,} {one.what}" for one in row.basis), right=False),
        moment("newest_at", "newest (UTC)"),
    ]
    steps = [f"{step.text}{f' {step.command}' if step.command else ''}" for step in found.steps]
    return [Table(columns, found.findings), *_sentences(*steps)]


def _sentences(*texts: str | None) -> list[str | Table]:
    return [text for text in texts if text]


def _text(value: object) -> str | None:
    return None if value is None else f"{value:,g}" if isinstance(value, float) else str(value)


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share * 100:.0f}"
