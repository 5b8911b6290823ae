"""The one true sentence a page opens with, computed from its numbers (pure; no untrusted text goes in)."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.tiers import TIERS, distance, tier_of
from koalr_api import Dora

TIER_COLOURS = {"elite": "green", "high": "blue", "medium": "orange", "low": "red"}
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
    return f"{METRIC_NAMES[lowest.metric]} is {distance(lowest.metric, lowest.value)}."
