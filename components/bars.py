"""Weeks as bars: many go four to a bar, so that marks and labels stay apart on a phone (pure)."""

from collections.abc import Sequence

import pandas as pd

from components.format import DAYS_PER_WEEK, day_label

WEEKS_PER_BAR = 4
# So many have room for their numbers on 390 pixels.
MOST_BARS = 15
STRONG_WEEKS = 4


def bars(weeks: pd.DataFrame) -> pd.DataFrame:
    """The table a chart of bars is drawn from: the weeks, or if they are many sums of four, counted back from the last.

    Args:
        weeks: week_start (date), days (of the week begun), and columns to add up, missing where not known.

    Returns:
        The same columns and `weeks`, how many are in the bar; the first bar may have fewer.
    """
    if len(weeks) <= MOST_BARS:
        return weeks.assign(weeks=1)
    behind = pd.Series(range(len(weeks) - 1, -1, -1), index=weeks.index)
    bar = -(behind // WEEKS_PER_BAR)
    summed = weeks.drop(columns="week_start").groupby(bar).sum(min_count=1)
    starts = weeks["week_start"].groupby(bar).first()
    counted = bar.groupby(bar).size()
    return summed.assign(week_start=starts, weeks=counted).reset_index(drop=True)[[*weeks.columns, "weeks"]]


def per_bar(found: pd.DataFrame) -> str:
    """What a bar is, for titles: "week" or "4 weeks"."""
    return "week" if _several(found) == 1 else f"{WEEKS_PER_BAR} weeks"


def strong(found: pd.DataFrame) -> list[bool]:
    """Which bars are of the last four weeks."""
    first = len(found) - STRONG_WEEKS // _several(found)
    return [index >= first for index in range(len(found))]


def names(found: pd.DataFrame) -> Sequence[str]:
    """ "week of 14 Sep" or "4 weeks from 14 Sep"."""
    return [
        f"week of {day_label(start)}" if count == 1 else f"{count} weeks from {day_label(start)}"
        for start, count in zip(found["week_start"], found["weeks"], strict=True)
    ]


def star(found: pd.DataFrame, index: int) -> str:
    """Marks a bar whose time is not over, or lies only partly in the window."""
    return "*" if int(found["days"].iloc[index]) < DAYS_PER_WEEK * int(found["weeks"].iloc[index]) else ""


def _several(found: pd.DataFrame) -> int:
    return int(found["weeks"].max()) if len(found) else 1
