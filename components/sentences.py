"""The one true sentence a page opens with, computed from its numbers (pure; no untrusted text goes in)."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from components.format import PER_WEEK, day_label, duration, relative_change
from components.tiers import TIERS, distance, tier_of
from koalr_api import Dora, Flow

TIER_COLOURS = {"elite": "green", "high": "blue", "medium": "orange", "low": "red"}
WORTH_NAMING = 10
ONE_WEEK_SHARE = 0.4
METRIC_NAMES = {
    "deploy_frequency": "Deployment frequency",
    "lead_time": "Lead time",
    "change_failure_rate": "Change failure rate",
    "mttr": "Time to restore",
}


@dataclass(frozen=True, slots=True)
class MetricTier:
    """One DORA metric with its tier now and before; None without data."""

    metric: str
    value: float | None
    tier: str | None
    tier_before: str | None


def coloured(tier: str) -> str:
    """The tier's word in its colour."""
    return f":{TIER_COLOURS[tier]}[{tier.capitalize()}]"


def metric_tiers(dora: Dora) -> list[MetricTier]:
    """The four metrics in the order of the pages."""
    before = dora.previous
    return [
        MetricTier(
            metric=metric,
            value=getattr(dora, metric),
            tier=tier_of(metric, getattr(dora, metric)),
            tier_before=tier_of(metric, getattr(before, metric)) if before else None,
        )
        for metric in METRIC_NAMES
    ]


def dora_sentence(dora: Dora) -> str:
    """Overall tier, then what changed tier, else what keeps the team from the next one."""
    tier = dora.tier
    if tier not in TIERS:
        return "No deployment to production in this window, so there is no tier yet."
    opening = f"{coloured(tier)} overall."
    metrics = metric_tiers(dora)
    moved = _moved(metrics)
    if moved:
        return f"{opening} {moved}"
    return f"{opening} {_nearest_step(metrics)}".strip()


def _moved(metrics: Sequence[MetricTier]) -> str:
    """The metrics that changed tier against the window before, worse ones first."""
    parts = []
    for found in metrics:
        if found.tier is None or found.tier_before is None or found.tier == found.tier_before:
            continue
        better = TIERS.index(found.tier) > TIERS.index(found.tier_before)
        parts.append(
            (
                better,
                f"{METRIC_NAMES[found.metric].lower()} {'rose' if better else 'slipped'} to {found.tier.capitalize()}",
            )
        )
    parts.sort()
    if not parts:
        return ""
    text = ", ".join(part for _, part in parts[:2])
    return text[0].upper() + text[1:] + "."


def _nearest_step(metrics: Sequence[MetricTier]) -> str:
    """What holds the team back: the metrics of the lowest tier, with their distance to the next."""
    with_data = [found for found in metrics if found.tier is not None]
    lowest = min(with_data, key=lambda found: TIERS.index(found.tier or "low"), default=None)
    if lowest is None:
        return ""
    if lowest.tier == "elite":
        return "All metrics with data are Elite."
    return f"{METRIC_NAMES[lowest.metric]} is {distance(lowest.metric, lowest.value).replace(' to ', ' from ')}."


def flow_sentence(flow: Flow) -> str:
    """Throughput and cycle time, and how throughput moved."""
    if flow.throughput is None:
        return "No work has been recorded yet."
    if flow.throughput == 0:
        return "Nothing was finished in this window."
    parts = [f"{PER_WEEK.number(flow.throughput)} items finished a week"]
    if flow.cycle_time is not None:
        parts.append(f"half of them within {duration(flow.cycle_time * 24)}")
    change = relative_change(flow.throughput, flow.previous.throughput if flow.previous else None)
    if change:
        parts.append(f"throughput {change} against the window before")
    return ", ".join(parts) + "."


def littles_law(flow: Flow) -> str:
    """What work in progress should be, given throughput and cycle time, beside what it is."""
    if flow.throughput is None or flow.cycle_time is None or flow.wip_count is None:
        return "Little's law needs throughput, cycle time and work in progress; one of them is not known."
    expected = flow.throughput / 7 * flow.cycle_time
    told = (
        f"Little's law: {PER_WEEK.number(flow.throughput)} items a week × {duration(flow.cycle_time * 24)} each means about "
        f"**{expected:.1f}** items in progress on average. Now there are **{flow.wip_count}**."
    )
    if flow.wip_count > 2 * expected + 1:
        return f"{told}\n\nMore is started than the pace of finishing supports: new items will take longer."
    if flow.wip_count == 0:
        return f"{told}\n\nUnfinished work is not in the data: git alone knows what was merged, not what is open."
    return f"{told}\n\nThat fits together."


def deployments_heading(weeks: pd.DataFrame) -> str:
    """The finding in a table of deployments per week, where there is a safe one: failures that lie in one week."""
    failed = weeks["failed"]
    total, most = int(failed.sum()), int(failed.max())
    if total < WORTH_NAMING or most < total * ONE_WEEK_SHARE:
        return "Production deployments per week"
    week = weeks["week_start"].iloc[int(failed.to_numpy().argmax())]
    return f"{most} of {total} failed deployments are of the week of {day_label(week)}"
