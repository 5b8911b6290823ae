"""Forecast: by when so many items are done, how sure that is, and what open work takes."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components import (
    asking,
    data,
    figures,
    filters,
    forecast_screen,
    forecast_words,
    items,
    panels,
    states,
    view,
    wall,
)
from components.charts.backlog import backlog_fan
from components.charts.calendar import LEGEND_WIDTH, legend, month_calendar
from components.charts.chances import chance_by_date
from components.charts.scopes import scope_growth
from components.footer import organisation
from components.format import NO_DATA
from components.outlook import MONTHS, SHARES, Outlook, Scope, months_shown, scopes
from components.screen import Screen
from koalr_api import BacklogForecast, DeliveryForecast, KoalrError, PendingError

IMPORT_ITEMS = "python -m koalr_server import work_items FILE"
# Pixels in which the days of a month stay apart.
NARROWEST_MONTH = 220


class Answers(NamedTuple):
    """What the page is drawn from; the parts it can do without may be errors or left out."""

    delivery: DeliveryForecast
    outlook: Outlook
    growth: Sequence[Scope]
    growth_left_out: int
    backlog: BacklogForecast | KoalrError


def ask(count: int, growing: bool) -> Answers:
    """The forecast and the backlog side by side, then what more items would take, as far as the request budget goes.

    Args:
        growing: whether to ask for more items at all.
    """
    chosen = filters.current()
    asking.announce(lambda: data.delivery(count, chosen), lambda: data.backlog(chosen))
    delivery = data.delivery(count, chosen)
    outlook = outlook_of(delivery, count)
    growth, left_out = ask_growth(outlook) if growing and outlook.dates else ([], 0)
    return Answers(delivery, outlook, growth, left_out, view.attempt(lambda: data.backlog(chosen)))


def usual_items() -> int:
    """The number of items where none is chosen, from the pace of the team in view.

    Raises:
        PendingError: none is chosen, and the pace is still awaited.
    """
    told = view.attempt(lambda: data.backlog(filters.current()))
    if isinstance(told, PendingError) and items.chosen() is None:
        raise told
    return items.usual(None if isinstance(told, KoalrError) else told.weekly_throughput_p50)


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
    asking.announce(*(partial(data.delivery, count, chosen) for count in payable))
    rows = [Scope(wanted[planned.items], planned)]
    for count in payable:
        told = view.attempt(partial(data.delivery, count, chosen))
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
    columns = panels.thirds() if told.outlook.dates else [st.container()]
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
    grid = st.grid(MONTHS, min_column_width=NARROWEST_MONTH, gap="medium")
    for first in months_shown(outlook):
        with grid.cell():
            figures.show(month_calendar(outlook, first, figures.viewer_palette()), key=f"month-{first:%Y-%m}")
    swatches = legend(figures.viewer_palette())
    st.plotly_chart(
        swatches,
        width=LEGEND_WIDTH,
        key="calendar-legend",
        theme=None,
        config={"staticPlot": True},
        alt=swatches.layout.meta,
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
        st.markdown(f":small[:gray[{left_out}: the request budget or the API allows no more now.]]")


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
            if why := forecast_words.simulated_words(told):
                st.markdown(f":small[:gray[{why}]]")


def screen(told: Answers) -> Screen:
    """On a wall."""
    return forecast_screen.screen(told.delivery, told.outlook, told.backlog)


def show() -> None:
    """Controls first: they stay while the answers are awaited, and when there are none."""
    if wall.wanted():
        view.show(lambda: ask(items.chosen() or usual_items(), growing=False), lambda _told: None, screen)
        return
    view.show(usual_items, show_for)


def show_for(usually: int) -> None:
    """The page of the number chosen, else of the usual one."""
    count, notes = items.settle(usually)
    for note in notes:
        st.info(note, icon=":material/info:")
    left, right = st.columns([1.25, 1], vertical_alignment="bottom")
    with right:
        items.draw(count, usually)
    view.show(lambda: ask(count, growing=True), lambda told: draw(told, left), screen)


show()
