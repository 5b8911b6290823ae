"""What a custom metric says, in sentences (pure; what others wrote goes through `format.plain`)."""

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from components.custom_units import LONGEST_SYMBOL, unit_of
from components.format import COUNT, Unit, change_text, day_label, figure_text, known, plain
from koalr_api import CustomMetric

LONGEST_LABEL = 80
LABEL_ON_WALL = 24


@dataclass(frozen=True, slots=True)
class Weekly:
    """The highest value of a trend: the week's first day, and the value."""

    week_start: date
    value: float


def short_label(label: str, longest: int = LONGEST_LABEL) -> str:
    """Its name, cut where it is long. Still untrusted text."""
    return label if len(label) <= longest else label[: longest - 1] + "…"


def shown_unit(metric: CustomMetric) -> Unit:
    """The unit of a metric: its value now, before, and week by week are shown alike."""
    before = metric.previous.value if metric.previous else None
    return unit_of(metric.unit, [value for value in (metric.value, before) if known(value)])


def figure_unit(metric: CustomMetric, room: int = LONGEST_SYMBOL) -> Unit:
    """The same for figures, which read a subset of HTML; without its symbol if that is longer than there is room for."""
    unit = shown_unit(metric)
    return replace(unit, symbol=figure_text(unit.symbol) if len(unit.symbol) <= room else "")


def metric_sentence(metric: CustomMetric, days: int) -> str:
    """Its value, and how it moved, for Markdown."""
    return _sentence(plain(short_label(metric.label)), metric, shown_unit(metric), days)


def sentence_on_wall(metric: CustomMetric, days: int) -> str:
    """The same for a wall, which draws sentences as figures."""
    name = figure_text(short_label(metric.label, LABEL_ON_WALL))
    return _sentence(plain(name), metric, figure_unit(metric), days)


def _sentence(name: str, metric: CustomMetric, unit: Unit, days: int) -> str:
    if metric.value is None or not known(metric.value):
        return f"{name} has no value in the last {days} days."
    opening = f"{name} is {plain(unit.text(metric.value))}"
    before = metric.previous.value if metric.previous else None
    if before is None or not known(before):
        return f"{opening}."
    change = change_text(metric.value, before, unit)
    if change is None:
        return f"{opening}, as in the {days} days before."
    direction = "more" if metric.value > before else "less"
    return f"{opening}, {plain(change.lstrip('+-'))} {direction} than in the {days} days before."


def behind(metric: CustomMetric, days: int) -> str:
    """What the value rests on."""
    parts = [f"last {days} days"]
    if metric.n is not None:
        parts.append(f"{COUNT.text(metric.n)} record{'' if metric.n == 1 else 's'} behind it")
    return ", ".join([f"In {plain(short_label(metric.unit))}", *parts] if metric.unit else parts)


def highest(metric: CustomMetric) -> Weekly | None:
    """The week with the highest value."""
    weeks = [Weekly(week.week_start, week.value) for week in metric.trend or () if week.value is not None]
    return max((week for week in weeks if known(week.value)), key=lambda week: week.value, default=None)


def highest_words(metric: CustomMetric) -> str:
    """ "Highest in the week of 3 Nov"; the metric's name where no week has a value."""
    week = highest(metric)
    return f"Highest in the week of {day_label(week.week_start)}" if week else "No week with a value"


def trend_words(metric: CustomMetric) -> str:
    """What a chart of its weeks shows."""
    unit = f", in {plain(short_label(metric.unit, 40))}" if metric.unit else ""
    return f"{plain(short_label(metric.label))} by week{unit}; dotted: week not over"


def weekly_values(metric: CustomMetric) -> pd.DataFrame:
    """One row per week of the trend: week_start, value (NaN without), n, days of the week begun."""
    weeks = metric.trend or ()
    return pd.DataFrame(
        {
            "week_start": [week.week_start for week in weeks],
            "value": pd.array([float("nan") if week.value is None else week.value for week in weeks], dtype="float64"),
            "n": [week.n for week in weeks],
            "days": [week.days or 7 for week in weeks],
        }
    )
