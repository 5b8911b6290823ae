"""The one true sentence a page opens with, computed from its numbers (pure; no untrusted text goes in)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from components.format import PER_WEEK, day_label, duration, relative_change
from components.tiers import TIERS, distance, tier_of
from koalr_api import Dora, Flow

TIER_COLOURS = {"elite": "green", "high": "blue", "medium": "orange", "low": "red"}
# Means of times with a long tail are up to about twice their median.
LONG_STAY = 2.0
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
    """Throughput with its change, and cycle time; at most 70 characters."""
    if flow.throughput is None:
        return "No work has been recorded yet."
    if flow.throughput == 0:
        return "Nothing was finished in this window."
    change = relative_change(flow.throughput, flow.previous.throughput if flow.previous else None)
    text = f"{PER_WEEK.number(flow.throughput)} items finished a week" + (f" ({change})" if change else "")
    if flow.cycle_time is not None:
        text += f", half of them within {duration(flow.cycle_time * 24)}"
    return f"{text}."


def littles_law(flow: Flow, since: date | None = None) -> str:
    """How long an item stays by Little's law, from throughput and work in progress, beside the cycle time measured.

    A window that data begin in (`since`) has no pace of its own, so nothing follows from it.

    The law is about means and the cycle time is a median, which long items do not move: twice as much is not strange.
    """
    if since is not None:
        return f"Little's law needs a pace over the whole window, and data begin in the week of {day_label(since)} {since.year}."
    if flow.throughput is None or flow.cycle_time is None or flow.wip_count is None:
        return "Little's law needs throughput, cycle time and work in progress; one of them is not known."
    if flow.throughput == 0:
        return f"Little's law needs finished work; **{flow.wip_count}** are in progress and nothing was finished."
    pace = f"{PER_WEEK.number(flow.throughput)} finished a week"
    if flow.wip_count == 0:
        return f"Nothing is in progress at {pace}. Git alone knows what was merged, not what is open; import open work to check."
    stay_hours = flow.wip_count / flow.throughput * 7 * 24
    told = (
        f"Little's law: **{flow.wip_count}** in progress at {pace} means an item stays **{duration(stay_hours)}** on average. "
        f"Of those finished, half took up to {duration(flow.cycle_time * 24)}."
    )
    ratio = stay_hours / (flow.cycle_time * 24) if flow.cycle_time else float("inf")
    if ratio > LONG_STAY:
        return (
            f"{told}\n\nMore is begun than gets finished at this pace: new items will take longer, or some lie still."
        )
    if ratio < 1 / LONG_STAY:
        return f"{told}\n\nToo little is in progress for that: open work may be missing in the data, or the pace just rose."
    above = ": a mean above the median is what a few long items do" if ratio > 1 else ""
    return f"{told}\n\nThat fits together{above}."


def deployments_heading(weeks: pd.DataFrame) -> str:
    """The finding in a table of deployments per week, where there is a safe one: failures that lie in one week."""
    failed = weeks["failed"]
    total, most = int(failed.sum()), int(failed.max())
    if total < WORTH_NAMING or most < total * ONE_WEEK_SHARE:
        return "Production deployments per week"
    week = weeks["week_start"].iloc[int(failed.to_numpy().argmax())]
    return f"{most} of {total} failed deployments are of the week of {day_label(week)}"
