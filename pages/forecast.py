"""Forecast: by when so many items are done, how sure that is, and what open work takes."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components import data, figures, filters, forecast_words, items, states, view, wall
from components.charts.backlog import backlog_fan, weeks_number
from components.charts.calendar import LEGEND_WIDTH, legend, month_calendar
from components.charts.chances import chance_by_date
from components.charts.scopes import scope_growth
from components.footer import organisation
from components.format import COUNT, NO_BREAK, NO_DATA
from components.outlook import MONTHS, PROMISE, SHARES, Outlook, Scope, months_shown, scopes
from components.screen import Fact, Screen, Tile
from koalr_api import BacklogForecast, DeliveryForecast, KoalrError, PendingError

IMPORT_ITEMS = "python -m koalr_server import work_items FILE"
DAYS_PER_WEEK = 7


class Answers(NamedTuple):
    """What the page is drawn from; the parts it can do without may be errors or left out."""

    delivery: DeliveryForecast
    outlook: Outlook
    growth: Sequence[Scope]
    growth_left_out: int
    backlog: BacklogForecast | KoalrError


def ask(count: int) -> Answers:
    """The forecast and the backlog side by side, then what more items would take, as far as the request budget goes."""
    chosen = filters.current()
    data.announce(lambda: data.delivery(count, chosen), lambda: data.backlog(chosen))
    delivery = data.delivery(count, chosen)
    outlook = outlook_of(delivery, count)
    growth, left_out = ask_growth(outlook) if outlook.dates else ([], 0)
    return Answers(delivery, outlook, growth, left_out, view.attempt(lambda: data.backlog(chosen)))


def outlook_of(delivery: DeliveryForecast, count: int) -> Outlook:
    """The dates there are, by confidence, seen from the server's today."""
    today = organisation(data.teams()).now.date()
    dates = {share: getattr(delivery, f"p{share}") for share in SHARES}
    return Outlook(count, today, {share: day for share, day in dates.items() if day is not None})


def ask_growth(planned: Outlook) -> tuple[Sequence[Scope], int]:
    """The forecast again for more items, and how many rows were left out."""
    chosen = filters.current()
    wanted = scopes(planned.items, items.MOST_ITEMS)
    more = [count for count in wanted if count != planned.items]
    payable = data.payable_deliveries(more, chosen)
    data.announce(*(lambda count=count: data.delivery(count, chosen) for count in payable))  # type: ignore[misc]
    rows = [Scope(wanted[planned.items], planned)]
    for count in payable:
        told = view.attempt(lambda count=count: data.delivery(count, chosen))  # type: ignore[misc]
        if isinstance(told, PendingError):
            # The others are asked for as well: waiting for each in turn would hold up the page.
            break
        if not isinstance(told, KoalrError):
            rows.append(Scope(wanted[count], outlook_of(told, count)))
    return rows, len(wanted) - len(rows)


def draw(told: Answers, place: DeltaGenerator) -> None:
    """The promise, the calendar, then chance, scope and backlog side by side.

    Args:
        place: for the sentence, beside the slider.
    """
    with place:
        draw_promise(told)
    filters.scope_note(told.delivery.scoped_team or told.delivery.team_id)
    if told.outlook.dates:
        with st.container(border=True):
            draw_calendar(told.outlook)
    else:
        states.empty("Done by", forecast_words.missing_words(told.delivery), IMPORT_ITEMS)
    columns = st.columns(3) if told.outlook.dates else [st.container()]
    with columns[-1]:
        draw_backlog(told.backlog)
    if told.outlook.dates:
        with columns[0], st.container(border=True, height="stretch"):
            draw_chances(told.outlook)
        with columns[1], st.container(border=True, height="stretch"):
            draw_growth(told)


def draw_promise(told: Answers) -> None:
    """The sentence, and what it rests on."""
    st.markdown(f"## {forecast_words.promise_sentence(told.outlook)}")
    if not told.outlook.dates:
        return
    delivery = told.delivery
    honesty = forecast_words.honesty_words(delivery)
    compared = " ".join(filter(None, [honesty, forecast_words.plain_words(delivery, told.outlook.today)]))
    unseen = forecast_words.missing_words(delivery) if delivery.reason else ""
    lines = [words for words in (forecast_words.basis_words(delivery), compared, unseen) if words]
    st.markdown(
        "  \n".join(f":small[:gray[{words}]]" for words in lines), help=forecast_words.LOOKED_BACK if honesty else None
    )


def draw_calendar(outlook: Outlook) -> None:
    """Three months and what their fills mean."""
    for column, first in zip(st.columns(MONTHS, gap="medium"), months_shown(outlook), strict=True):
        with column:
            figures.show(month_calendar(outlook, first, figures.viewer_palette()), key=f"month-{first:%Y-%m}")
    swatches = legend(figures.viewer_palette())
    st.plotly_chart(
        swatches,
        width=LEGEND_WIDTH,
        key="calendar-legend",
        config={"staticPlot": True},
        alt=swatches.layout.meta["alt"],
    )


def draw_chances(outlook: Outlook) -> None:
    """How the chance grows."""
    st.markdown("**Chance of being done, by date**  \n:small[:gray[Dots simulated, line interpolated, dotted beyond]]")
    figures.show(chance_by_date(outlook, figures.viewer_palette()), key="chance-by-date", table=date_rows([outlook]))


def draw_growth(told: Answers) -> None:
    """What more items would take."""
    st.markdown("**If the scope grows**  \n:small[:gray[Dot: 85 % date. Bar: 50 % to 95 %]]")
    figures.show(
        scope_growth(told.growth, figures.viewer_palette()),
        key="scope-growth",
        table=date_rows([scope.outlook for scope in told.growth]),
    )
    if told.growth_left_out:
        left_out = f"{told.growth_left_out} row{'s' if told.growth_left_out > 1 else ''} left out"
        st.markdown(f":small[:gray[{left_out} to spare the request budget.]]")


def date_rows(outlooks: Sequence[Outlook]) -> pd.DataFrame:
    """A row per number of items: items, p50, p85, p95 (dates)."""
    return pd.DataFrame(
        [{"items": each.items, **{f"p{share}": each.dates.get(share) for share in SHARES}} for each in outlooks]
    )


def draw_backlog(told: BacklogForecast | KoalrError) -> None:
    """What is open and how long it takes, or what is missing to know it."""
    if isinstance(told, KoalrError):
        states.failed_part(told, "Backlog")
        return
    size, weeks = told.backlog_size, told.weeks_to_empty
    title, pace = forecast_words.backlog_title(told), forecast_words.pace_words(told)
    with st.container(border=True, height="stretch"):
        below = f"  \n:small[:gray[{pace}]]" if pace else ""
        st.markdown(f"**{title}**{below}", help=forecast_words.pace_definition(told) if pace else None)
        if size == 0:
            st.markdown("## 0")
            st.markdown(":small[:gray[No item is created and not done, so there is nothing to forecast.]]")
        elif not size or weeks.p50 is None:
            st.markdown(f"## {NO_DATA}")
            st.markdown(f":small[:gray[{forecast_words.backlog_missing_words(told)}]]")
            st.code(IMPORT_ITEMS, language="bash", wrap_lines=True)
        else:
            figures.show(
                backlog_fan(size, weeks.p50, weeks.p85, figures.viewer_palette()),
                key="backlog",
                table=pd.DataFrame([{"items_open": size, "weeks_p50": weeks.p50, "weeks_p85": weeks.p85}]),
            )


def screen(told: Answers) -> Screen:
    """On a wall: the three dates and the backlog, the chance by date, and what they rest on."""
    outlook = told.outlook
    return Screen(
        forecast_words.promise_sentence(outlook),
        [*(date_tile(outlook, share) for share in SHARES), backlog_tile(told.backlog)],
        "Chance of being done, by date" if outlook.dates else "",
        (lambda palette: chance_by_date(outlook, palette)) if outlook.dates else None,
        facts(told),
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
        return Tile(name, NO_DATA, note=states.short_words(told))
    if told.weeks_to_empty.p85 is None:
        return Tile(name, NO_DATA, note="not known")
    weeks = told.weeks_to_empty
    note = f"{weeks_number(weeks.p50)} weeks, 50{NO_BREAK}% sure" if weeks.p50 is not None else ""
    return Tile(name, weeks_number(told.weeks_to_empty.p85), "weeks", note=note)


def facts(told: Answers) -> list[Fact]:
    """Open items, the pace, how such dates held."""
    found = []
    if not isinstance(told.backlog, KoalrError):
        if told.backlog.backlog_size is not None:
            found.append(Fact(COUNT.text(told.backlog.backlog_size), "items open"))
        if told.backlog.weekly_throughput_p50 is not None:
            found.append(Fact(weeks_number(told.backlog.weekly_throughput_p50), "items a week"))
    backtest = told.delivery.backtest
    held = forecast_words.held_count(backtest.p85, backtest.sample_size) if backtest else None
    if backtest and held is not None:
        found.append(Fact(COUNT.text(held), f"of {COUNT.text(backtest.sample_size)} held, looking back"))
    return found


def show() -> None:
    """Controls first: they stay while the answers are awaited, and when there are none."""
    if wall.wanted():
        view.show(lambda: ask(items.read()), lambda _told: None, screen)
        return
    count, notes = items.settle()
    for note in notes:
        st.info(note, icon=":material/info:")
    left, right = st.columns([1.25, 1], vertical_alignment="bottom")
    with right:
        items.draw(count)
    view.show(lambda: ask(count), lambda told: draw(told, left), screen)


show()
