"""The one true sentence a page opens with, computed from its numbers (pure; no untrusted text goes in)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from components.format import PER_WEEK, change_text, day_label, duration, relative_change
from components.judgement import Better, Verdict, verdict
from components.tiers import BANDS, TIERS, display_unit, distance, tier_of
from koalr_api import Dora, Flow

TIER_COLOURS = {"elite": "green", "high": "blue", "medium": "orange", "low": "red"}
# Means of times with a long tail are up to about twice their median.
LONG_STAY = 2.0
WORTH_NAMING = 10
ONE_WEEK_SHARE = 0.4
LONGEST = 70
JUDGED = ("better", "worse")
OVERALL = (
    "The API gives the overall tier. This project's server takes the middle one of the metrics that have data, and the worse of "
    "two middle ones. Colours and the sentence leave out changes below 5 %, and those of fewer than about 10 cases."
)
SHORT_NAMES = {
    "deploy_frequency": "deployments",
    "lead_time": "lead time",
    "change_failure_rate": "failure rate",
    "mttr": "time to restore",
}
METRIC_NAMES = {
    "deploy_frequency": "Deployment frequency",
    "lead_time": "Lead time",
    "change_failure_rate": "Change failure rate",
    "mttr": "Time to restore",
}


@dataclass(frozen=True, slots=True)
class MetricTier:
    """One DORA metric with its tier, now and before; None without data. `verdict` is of its change."""

    metric: str
    value: float | None
    before: float | None
    verdict: Verdict

    @property
    def tier(self) -> str | None:
        """The tier now."""
        return tier_of(self.metric, self.value)

    @property
    def moved(self) -> bool:
        """Whether the tier is another than before, by a change that counts."""
        before = tier_of(self.metric, self.before)
        return self.verdict in JUDGED and None not in (self.tier, before) and self.tier != before

    @property
    def size(self) -> float:
        """Relative change."""
        return abs((self.value or 0.0) / self.before - 1) if self.before else math.inf


def coloured(tier: str) -> str:
    """The tier's word in its colour."""
    return f":{TIER_COLOURS[tier]}[{tier.capitalize()}]"


def metric_tiers(dora: Dora, doubts: Mapping[str, str]) -> list[MetricTier]:
    """The four metrics in the order of the pages."""
    found = []
    for metric in METRIC_NAMES:
        now: float | None = getattr(dora, metric)
        before: float | None = getattr(dora.previous, metric, None)
        better: Better = "up" if BANDS[metric].higher_is_better else "down"
        found.append(MetricTier(metric, now, before, verdict(now, before, better, doubts.get(metric, ""))))
    return found


def dora_sentence(dora: Dora, doubts: Mapping[str, str]) -> str:
    """Overall tier, then what changed that counts, else what keeps the team from the next tier.

    Args:
        doubts: by metric, why its change is not judged, as of `noise.dora_doubts`.
    """
    tier = dora.tier
    if tier not in TIERS:
        return "No deployment to production in this window, so there is no tier yet."
    metrics = metric_tiers(dora, doubts)
    measured = sum(found.tier is not None for found in metrics)
    opening = "overall." if measured == len(metrics) else f"overall ({measured} of {len(metrics)} measured)."
    room = LONGEST - len(f"{tier} {opening} ")
    return f"{coloured(tier)} {opening} {_changed(metrics, room) or _nearest_step(metrics)}".strip()


def _changed(metrics: Sequence[MetricTier], room: int) -> str:
    """Changes of tier, then the largest others; two where there is room, the worse first."""
    told = [found for found in metrics if found.verdict in JUDGED and _change_words(found)]
    ranked = sorted(told, key=lambda found: (not found.moved, -found.size))
    for count in (2, 1):
        worse_first = sorted(ranked[:count], key=lambda found: found.verdict == "better")
        text = ", ".join(_change_words(found) for found in worse_first)
        if text and (count == 1 or len(text) + len(".") <= room):
            return text[0].upper() + text[1:] + "."
    return ""


def _change_words(found: MetricTier) -> str:
    """ "lead time 7.2 h longer", "deployments 28 % more often"; a change of tier by its name; empty where both round to the same."""
    now, before = found.value or 0.0, found.before or 0.0
    name = SHORT_NAMES[found.metric]
    if found.moved and found.tier:
        return f"{name} {'rose' if found.verdict == 'better' else 'slipped'} to {found.tier.capitalize()}"
    more = now > before
    if found.metric == "deploy_frequency":
        times = relative_change(now, before)
        if times and times.startswith("×"):
            return f"{name} {times[1:]} times as often"
        return f"{name} {times[1:]} {'more' if more else 'less'} often" if times else ""
    change = change_text(now, before, display_unit(found.metric, now))
    words = ("higher", "lower") if found.metric == "change_failure_rate" else ("longer", "shorter")
    return f"{name} {change[1:]} {words[0] if more else words[1]}" if change else ""


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
        return "Production deployments"
    week = weeks["week_start"].iloc[int(failed.to_numpy().argmax())]
    return f"{most} of {total} failed deployments are of the week of {day_label(week)}"
