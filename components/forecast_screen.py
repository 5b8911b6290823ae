"""The forecast on a wall."""

from datetime import date

from components.charts.backlog import weeks_number
from components.charts.chances import chance_by_date
from components.forecast_words import held_count, promise_sentence
from components.format import COUNT, DAYS_PER_WEEK, NO_BREAK, NO_DATA
from components.outlook import PROMISE, SHARES, Outlook
from components.screen import Fact, Screen, Tile
from components.states import short_words
from koalr_api import BacklogForecast, DeliveryForecast, KoalrError


def screen(delivery: DeliveryForecast, outlook: Outlook, backlog: BacklogForecast | KoalrError) -> Screen:
    """The three dates and the backlog, the chance by date, and what they rest on."""
    return Screen(
        promise_sentence(outlook),
        [*(date_tile(outlook, share) for share in SHARES), backlog_tile(backlog)],
        "Chance of being done, by date" if outlook.dates else "",
        (lambda palette: chance_by_date(outlook, palette)) if outlook.dates else None,
        facts(delivery, backlog),
    )


def date_tile(outlook: Outlook, share: int) -> Tile:
    """A date with its weekday and how far off it is."""
    name, day = f"{share}{NO_BREAK}% sure", outlook.dates.get(share)
    if day is None:
        return Tile(name, NO_DATA, note="not in sight" if outlook.dates else "no date yet")
    year = str(day.year) if day.year != outlook.today.year else ""
    return Tile(name, f"{day.day} {day:%b}", year, verdict=f"{day:%A}", note=away(day, outlook))


def away(day: date, outlook: Outlook) -> str:
    """ "in 12 days", "in 6 weeks", from today."""
    days = (day - outlook.today).days
    if days < 2 * DAYS_PER_WEEK:
        return f"in {days} day{'s' if days != 1 else ''}" if days > 0 else ""
    return f"in {days // DAYS_PER_WEEK} weeks"


def backlog_tile(told: BacklogForecast | KoalrError) -> Tile:
    """How long today's open items take."""
    name = f"Backlog empty, {PROMISE}{NO_BREAK}%"
    if isinstance(told, KoalrError):
        return Tile(name, NO_DATA, note=short_words(told))
    weeks = told.weeks_to_empty
    if weeks.p85 is None:
        return Tile(name, NO_DATA, note="not known")
    note = f"{weeks_number(weeks.p50)} weeks, 50{NO_BREAK}% sure" if weeks.p50 is not None else ""
    return Tile(name, weeks_number(weeks.p85), "weeks", note=note)


def facts(delivery: DeliveryForecast, backlog: BacklogForecast | KoalrError) -> list[Fact]:
    """Open items, the pace, how such dates held."""
    found = []
    if not isinstance(backlog, KoalrError):
        if backlog.backlog_size is not None:
            found.append(Fact(COUNT.text(backlog.backlog_size), "items open"))
        if backlog.weekly_throughput_p50 is not None:
            found.append(Fact(weeks_number(backlog.weekly_throughput_p50), "items a week"))
    backtest = delivery.backtest
    held = held_count(backtest.p85, backtest.sample_size) if backtest else None
    if backtest and held is not None:
        found.append(Fact(COUNT.text(held), f"of {COUNT.text(backtest.sample_size)} held, looking back"))
    return found
