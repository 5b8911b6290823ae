"""What the forecast page says, computed from the answers (pure; text of a server is made plain)."""

import math
from collections.abc import Mapping
from datetime import date

from components.charts.backlog import weeks_number
from components.format import COUNT, NO_BREAK, date_label, percent, plain
from components.outlook import PROMISE, Outlook, day_words
from koalr_api import BacklogForecast, DeliveryForecast

HOW: Mapping[str, str] = {
    "plain": "each week as often as the others",
    "recent": "recent weeks more often",
    "blended": "the latest weeks most often",
    "blocks": "four weeks in a row at a time",
    "recent-persistent": "recent weeks more often, good and bad weeks in runs",
    "blended-persistent": "the latest weeks most often, good and bad weeks in runs",
    "blended-very-persistent": "the latest weeks most often, good and bad weeks in long runs",
    "trend-persistent": "good and bad weeks in runs, the pace going on to rise or fall as it did",
}
"""How each model of our server draws the coming weeks from past ones (docs/FORECAST.md)."""
PLAIN_MODEL = "plain"
NO_REASON = "The server gives no date, and does not say why. It may know too few finished items."
NO_BACKLOG = "The server does not say how much is open."
NO_WEEKS = "The server does not say how long today's open items take."


def count_of(items: int) -> str:
    """ "1 item", "20 items"."""
    return f"{COUNT.text(items)} item{'s' if items != 1 else ''}"


def promise_sentence(outlook: Outlook) -> str:
    """What can be promised; else the surest date there is; else that there is none."""
    if not outlook.dates:
        return f"No date for {count_of(outlook.items)} yet"
    if outlook.promise is not None:
        return f"{count_of(outlook.items)} by {day_words(outlook.promise, outlook.today)}, {PROMISE}{NO_BREAK}% sure"
    share = max(outlook.dates)
    return (
        f"{count_of(outlook.items)} by {day_words(outlook.dates[share], outlook.today)}, only {share}{NO_BREAK}% sure"
    )


def half_sure_words(told: DeliveryForecast) -> str:
    """The 50 % date beside the 85 % date; one date is not written twice."""
    if told.p50 is not None and told.p50 == told.p85:
        return f"50{NO_BREAK}%: the same day"
    return f"50{NO_BREAK}%: {date_label(told.p50)}"


def basis_words(told: DeliveryForecast) -> str:
    """How many simulations, of which weeks, drawn how."""
    words = f"{COUNT.text(told.simulations)} simulations"
    if told.history_weeks:
        words += f" of the last {told.history_weeks} weeks"
        if told.history_items is not None:
            words += f" ({count_of(told.history_items)} finished)"
    if told.model is None:
        return f"{words}."
    return f"{words}: {HOW.get(told.model) or f'model {plain(told.model[:60])}'}."


def honesty_words(told: DeliveryForecast) -> str | None:
    """How many such dates would have held; None if nothing was looked back at.

    The answer has shares, rounded to six decimals; times the sample they are counts again.
    """
    found = told.backtest
    held = None if found is None else held_count(found.p85, found.sample_size)
    if found is None or held is None:
        return None
    return f"Looking back: of {COUNT.text(found.sample_size)} such dates, {COUNT.text(held)} would have held ({percent(found.p85)})."


LOOKED_BACK = (
    "Of the last two years, the forecast that would have been made every fourth week from what was known then, for as many "
    "items as 2, 4, 8 and 12 weeks of work, compared with what happened (docs/FORECAST.md)."
)


def held_count(share: float | None, sample_size: int) -> int | None:
    """How many of a sample held; None without a sample, or of a share that is none."""
    if share is None or sample_size < 1 or not math.isfinite(share) or not 0 <= share <= 1:
        return None
    return round(share * sample_size)


def plain_words(told: DeliveryForecast, today: date) -> str | None:
    """What plain sampling of the latest weeks would promise; None if it is the same or not known."""
    if told.plain is None or told.model == PLAIN_MODEL or told.p85 is None or told.plain.p85 == told.p85:
        return None
    if told.plain.p85 is None:
        return f"Plain sampling of the latest weeks gives no {PROMISE}{NO_BREAK}% date."
    days = (told.plain.p85 - told.p85).days
    apart = f"{COUNT.text(abs(days))} day{'s' if abs(days) != 1 else ''} {'later' if days > 0 else 'sooner'}"
    words = f"Plain sampling would say {day_words(told.plain.p85, today)}, {apart}"
    found = told.backtest
    held = held_count(found.plain.p85, found.sample_size) if found and found.plain else None
    return f"{words}." if held is None else f"{words}; of its dates, {COUNT.text(held)} would have held."


def missing_words(told: DeliveryForecast) -> str:
    """Why there is no date."""
    return plain(told.reason) if told.reason else NO_REASON


def backlog_title(told: BacklogForecast) -> str:
    """How much is open, and for how long."""
    size, weeks = told.backlog_size, told.weeks_to_empty
    if size is None:
        return "Backlog"
    if size == 0:
        return "Nothing is open"
    if weeks.p50 is None:
        return f"Backlog of {COUNT.text(size)}"
    # The chart says how much is open; both would take two lines.
    if weeks.p85 is None:
        return f"Backlog empty in {_weeks(weeks.p50)}, 50{NO_BREAK}% sure"
    if weeks.p50 == weeks.p85:
        return f"Backlog empty in {_weeks(weeks.p85)}"
    return f"Backlog empty in {weeks_number(weeks.p50)} to {_weeks(weeks.p85)}"


def _weeks(weeks: float) -> str:
    return f"{weeks_number(weeks)} week{'s' if weeks != 1 else ''}"


def pace_words(told: BacklogForecast) -> str | None:
    """The weekly throughput; None if it is not known."""
    if told.weekly_throughput_p50 is None:
        return None
    words = f"{weeks_number(told.weekly_throughput_p50)} item{'s' if told.weekly_throughput_p50 != 1 else ''} a week"
    if told.weekly_throughput_p85 is None:
        return words
    return f"{words}, {weeks_number(told.weekly_throughput_p85)} in a good one"


def pace_definition(told: BacklogForecast) -> str:
    """What these numbers are."""
    of = f"the last {told.throughput_weeks} full weeks" if told.throughput_weeks else "past weeks"
    return (
        f"Median and 85th percentile of the items finished in each of {of}. The chart says when the items open today are "
        "done; work that comes in meanwhile is not counted."
    )


def simulated_words(told: BacklogForecast) -> str:
    """Why the weeks are not the open items divided by the pace; empty of a server that does not say how it forecasts."""
    how = HOW.get(told.model or "")
    if how is None or told.model == PLAIN_MODEL or told.weekly_throughput_p50 is None:
        return ""
    return f"Not size ÷ pace: past weeks are drawn, {how}, and dates are read a little late."


def backlog_missing_words(told: BacklogForecast) -> str:
    """Why there is no fan."""
    if told.reason:
        return plain(told.reason)
    return NO_BACKLOG if told.backlog_size is None else NO_WEEKS
