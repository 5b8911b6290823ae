"""How old the figures on a wall are, in words and in the colour of the judgement (pure)."""

from datetime import date, datetime, timedelta, tzinfo

from components.charts.wall import PALETTE
from components.footer import Organisation
from components.format import NO_BREAK, date_label, day_label
from components.freshness import Freshness

FINE, AGEING, STOPPED = PALETTE.better, PALETTE.tier_fill["medium"], PALETTE.worse
STOPPED_SECS = 3600.0
# Quiet over a weekend is fine, a quiet week is not.
DATA_AGEING = timedelta(days=3)
DATA_STOPPED = timedelta(days=7)


def age_words(
    told: Freshness, now: datetime, zone: tzinfo, *, longest_secs: float, refresh_secs: float
) -> tuple[str, str]:
    """How old the API's answers are, and the colour that says whether this is fine.

    Args:
        zone: where the screen hangs.
        longest_secs: answers may be so old although all works.
        refresh_secs: how often the screen looks; an answer that failed to come is missed after two looks.
    """
    if told.since is None:
        return "no answer yet", AGEING
    old_secs = (now - told.since).total_seconds()
    if old_secs > max(STOPPED_SECS, 2 * longest_secs) or (told.stale and old_secs > 2 * refresh_secs):
        return f"answers stopped {told.since.astimezone(zone):%H:%M}", STOPPED
    minutes = max(0, int(old_secs // 60))
    words = f"answers {minutes}{NO_BREAK}min old" if minutes else "answers just in"
    return words, AGEING if old_secs > longest_secs else FINE


def data_words(told: Organisation | None, now: datetime) -> tuple[str, str] | None:
    """That no data came into the server for days, and how bad this is; None while they come. The sample may be old."""
    known = [each for each in (told.loaded_at, told.newest_fact_at) if each] if told and not told.sample else []
    if not known or now - max(known) <= DATA_AGEING:
        return None
    return f"no data since {date_label(max(known))}", STOPPED if now - max(known) > DATA_STOPPED else AGEING


def worse_of(answers: tuple[str, str], data: tuple[str, str] | None) -> tuple[str, str]:
    """What there is to say: the worse of both; of two equals the answers, without which the data are not known."""
    order = (FINE, AGEING, STOPPED)
    return data if data and order.index(data[1]) > order.index(answers[1]) else answers


def figures_span(told: Organisation | None, since: date | None) -> str:
    """ "figures to 23 Nov"; a window that ends at midnight ends the day before.

    Args:
        since: Monday of the week data begin in, where that is inside the window: "data 27 Jul to 23 Nov".
    """
    if told is None:
        return ""
    last = told.now - timedelta(seconds=1)
    if since is None:
        return f"figures to {day_label(last)}"
    year = "" if since.year == last.year else f" {since.year}"
    return f"data {day_label(since)}{year} to {day_label(last)}"
