"""Tiers of the 2023 DORA report: bands, positions on the ladder, distances in words (pure)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from components.format import Unit, duration_unit, rate_unit

TIERS = ("low", "medium", "high", "elite")
MARGIN = 0.02


@dataclass(frozen=True, slots=True)
class Bands:
    """One metric's scale in API units, from the outer edge of Low to that of Elite: five edges, worst first.

    `edge_labels` are those of the three inner edges.
    """

    edges: tuple[float, float, float, float, float]
    edge_labels: tuple[str, str, str]
    higher_is_better: bool
    edge_belongs_to_better: bool
    logarithmic: bool = True


BANDS: Mapping[str, Bands] = {
    "deploy_frequency": Bands((1 / 90, 1 / 30, 1 / 7, 1, 48), ("1 / month", "1 / week", "1 / day"), True, True),
    "lead_time": Bands((90 * 24, 720, 168, 24, 1), ("30 d", "7 d", "24 h"), False, False),
    "change_failure_rate": Bands(
        (0.30, 0.15, 0.10, 0.05, 0.0), ("15 %", "10 %", "5 %"), False, True, logarithmic=False
    ),
    "mttr": Bands((28 * 1440, 10080, 1440, 60, 1), ("7 d", "24 h", "60 min"), False, False),
}


def tier_of(metric: str, value: float | None) -> str | None:
    """The tier a value lies in; None without data."""
    if value is None or not math.isfinite(value):
        return None
    bands = BANDS[metric]
    tier = "low"
    for name, edge in zip(TIERS[1:], bands.edges[1:4], strict=True):
        reached = value > edge if bands.higher_is_better else value < edge
        if reached or (bands.edge_belongs_to_better and value == edge):
            tier = name
    return tier


def position(metric: str, value: float | None) -> float | None:
    """Where a value lies on the ladder from 0 (worst) to 4 (best), four bands of equal width."""
    tier = tier_of(metric, value)
    if tier is None or value is None:
        return None
    bands = BANDS[metric]
    band = TIERS.index(tier)
    worse, better = bands.edges[band], bands.edges[band + 1]
    share = (_scale(bands, value) - _scale(bands, worse)) / (_scale(bands, better) - _scale(bands, worse))
    return band + min(1 - MARGIN, max(MARGIN, share))


def _scale(bands: Bands, value: float) -> float:
    return math.log(max(value, 1e-9)) if bands.logarithmic else value


def distance(metric: str, value: float | None) -> str:
    """ "3.6 h to Elite", or "4.3 pt to spare" in the top tier; in the metric's own unit, so that it adds up."""
    tier = tier_of(metric, value)
    if tier is None or value is None:
        return "no data"
    bands = BANDS[metric]
    band = TIERS.index(tier)
    edge = bands.edges[band + 1] if tier != "elite" else bands.edges[3]
    # Nothing at all has no unit of its own; the edge has.
    unit = display_unit(metric, value or edge)
    gap = abs(round(value / unit.per, unit.decimals) - edge / unit.per) * unit.per
    if metric == "change_failure_rate":
        unit = Unit("pt", 0.01, 1)
    text = unit.text(gap)
    return f"{text} to spare" if tier == "elite" else f"{text} to {TIERS[band + 1].capitalize()}"


def display_unit(metric: str, value: float) -> Unit:
    """The unit a DORA metric is shown in, for quantities in API units."""
    if metric == "deploy_frequency":
        return rate_unit(value)
    if metric == "change_failure_rate":
        return Unit("%", 0.01, 1 if value < 0.0995 else 0)
    if metric == "mttr":
        found = duration_unit(value / 60)
        return Unit(found.symbol, found.per * 60, found.decimals)
    return duration_unit(value)
