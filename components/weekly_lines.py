"""The metrics of the weekly summary as lines of its table (pure; texts are Markdown)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from components.flow_cards import cycle_hours, wip_doubt
from components.format import (
    COUNT,
    NO_DATA,
    PER_WEEK,
    Unit,
    change_text,
    duration,
    duration_unit,
    percent_unit,
    plain,
    shown,
)
from components.judgement import Better, Verdict, few, verdict
from components.metrics import DORA_METRICS, DoraMetric
from components.reviews_cards import REVIEWS
from components.sentences import TIER_COLOURS
from components.tiers import display_unit, tier_of
from koalr_api import Dora, Flow, KoalrError, Reviews

JUDGEMENTS: Mapping[Verdict, str] = {"better": ":green[better]", "worse": ":red[worse]", "same": "about the same"}


class Line(NamedTuple):
    """One metric, as texts."""

    metric: str
    week: str
    before: str
    change: str


def table(lines: Sequence[Line]) -> pd.DataFrame:
    """Metric (with its tier), This week, Week before, Change (with its judgement): four columns, which fit a phone."""
    return pd.DataFrame(lines, columns=["Metric", "This week", "Week before", "Change"]).set_index("Metric")


def dora_lines(dora: Dora, doubts: Mapping[str, str]) -> list[Line]:
    """The four DORA metrics; `doubts` as of `noise.dora_doubts`."""
    return [dora_line(metric, dora, doubts[metric.field]) for metric in DORA_METRICS]


def dora_line(metric: DoraMetric, dora: Dora, doubt: str) -> Line:
    """A DORA metric with its tier."""
    value: float | None = getattr(dora, metric.field)
    before: float | None = getattr(dora.previous, metric.field, None)
    change = change_text(value, before, display_unit(metric.field, value or before or 0.0))
    judged = metric.missing if value is None else judgement(value, before, metric.better, doubt)
    tier = tier_of(metric.field, value)
    name = f"{metric.name} :{TIER_COLOURS[tier]}-badge[{tier.capitalize()}]" if tier else metric.name
    return line(name, metric.text(value), metric.text(before), change, judged)


def flow_lines(flow: Flow) -> list[Line]:
    """The four flow metrics."""
    before = flow.previous
    wip, efficiency = (before.wip_count, before.flow_efficiency) if before else (None, None)
    share = percent_unit(flow.flow_efficiency or 0)
    return [
        duration_line("Cycle time", cycle_hours(flow), cycle_hours(before)),
        unit_line("Throughput", flow.throughput, before.throughput if before else None, PER_WEEK, "up"),
        unit_line("Work in progress", flow.wip_count, wip, COUNT, "down", wip_doubt(flow)),
        unit_line("Flow efficiency", flow.flow_efficiency, efficiency, share, "up"),
    ]


def review_lines(reviews: Reviews) -> list[Line]:
    """The time to a first review, and how many got one."""
    before = reviews.previous
    waited, counted = (before.avg_first_response_time, before.total_reviewed) if before else (None, None)
    doubt = few(reviews.total_reviewed, REVIEWS)
    return [
        duration_line("First review", reviews.avg_first_response_time, waited, doubt),
        unit_line("Pull requests reviewed", reviews.total_reviewed, counted, COUNT, "none"),
    ]


def lines_of(
    dora: Dora, doubts: Mapping[str, str], flow: Flow | KoalrError, reviews: Reviews | KoalrError
) -> list[Line]:
    """All of them, as far as they can be had."""
    return [
        *dora_lines(dora, doubts),
        *([] if isinstance(flow, KoalrError) else flow_lines(flow)),
        *([] if isinstance(reviews, KoalrError) else review_lines(reviews)),
    ]


def duration_line(metric: str, now: float | None, before: float | None, doubt: str = "") -> Line:
    """Hours in the unit that reads best; less is better."""
    change = change_text(now, before, duration_unit(now or 0))
    return line(metric, duration(now), duration(before), change, judgement(now, before, "down", doubt))


def unit_line(
    metric: str, now: float | None, before: float | None, unit: Unit, better: Better, doubt: str = ""
) -> Line:
    """A quantity in its unit."""
    change = change_text(now, before, unit)
    return line(metric, shown(now, unit), shown(before, unit), change, judgement(now, before, better, doubt))


def judgement(now: float | None, before: float | None, better: Better, doubt: str = "") -> str:
    """What the change is, as on the other pages, or why it is not judged."""
    found = verdict(now, before, better, doubt)
    return doubt if found == "noise" else JUDGEMENTS.get(found, "")


def line(metric: str, week: str, before: str, change: str | None, judged: str) -> Line:
    """Numbers safe where Markdown is read; no change is only said of two numbers."""
    if change is not None:
        told = ", ".join(filter(None, [plain(change.replace("-", "−")), judged]))
    elif week == NO_DATA:
        told = judged or NO_DATA
    else:
        told = NO_DATA if before == NO_DATA else "no change"
    return Line(metric, plain(week), plain(before), told)
