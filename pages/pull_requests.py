"""Pull requests: merged in the window, newest first, with how long they took and how risky they were."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from components import asking, data, figures, filters, paging, panels, search, sheets, states, tables, view
from components.charts.durations import duration_distribution, spread_of
from components.charts.flow import weekly_bars
from components.format import COUNT, cell_text, duration, percent, plain
from components.frames import spread_rows
from components.pull_request_screen import Answers, screen, weeks_of
from components.record_words import BOTS, counted, pull_requests_sentence, within_a_day
from components.records import CYCLE_TIME, pull_request_rows
from components.search import Choice, Fields
from components.similar import span
from components.tables import Look
from components.theme import Palette
from koalr_api import PullRequest

KEY = "pull-requests"
LEVEL_TIERS = {"low": "elite", "medium": "medium", "high": "low", "critical": "low"}
FIELDS = Fields(
    KEY,
    ("Repository", "Number", "Title", "Author"),
    (Choice("risk", "Level", "Any risk", tuple(LEVEL_TIERS)), Choice("repo", "Repository", "Any repository")),
    "Title, author, repository or number",
)
CHART_HEIGHT = 200
SHORT_TITLE = 70


def ask() -> Answers:
    """The rows, and weekly figures if the rows cannot tell them."""
    chosen = filters.current()
    search.resume(FIELDS)
    sheet = sheets.read(lambda page: data.pull_requests(chosen, page), paging.asked(), asking.announce)
    flow = None if sheet.whole else view.attempt(lambda: data.flow(chosen))
    return Answers(chosen, data.moment(), sheet, flow)


def draw(told: Answers) -> None:
    """Sentence, what is searched, how long it took, table."""
    st.markdown(f"## {pull_requests_sentence(told.sheet, told.chosen.days)}")
    if not told.sheet.total:
        states.empty(
            "Pull requests",
            "None was merged in this window. Choose a longer one, or load pull requests:",
            "python -m koalr_server import pull_requests FILE",
        )
        return
    st.markdown(f":small[:gray[All that were merged, {BOTS}.]]")
    rows = pull_request_rows(told.sheet.rows)
    found = search.found(FIELDS, rows)
    search.draw(FIELDS, rows)
    left, right = panels.halves()
    with left, st.container(border=True, height="stretch"):
        draw_cycle_times(found, "" if told.sheet.whole else span(told.sheet.rows))
    with right, st.container(border=True, height="stretch"):
        draw_weeks(told, [told.sheet.rows[index] for index in found.index])
    place_for_risk = st.container()
    place = tables.show(FIELDS, told.sheet, found, look(rows), told.chosen, rows_can_be_chosen=True)
    if not found.empty:
        with place_for_risk:
            offer_risk(None if place is None else told.sheet.rows[place])


def draw_cycle_times(found: pd.DataFrame, when: str) -> None:
    """How the rows of the table spread; when they were merged, if that is not the window."""
    hours = found[CYCLE_TIME].dropna().tolist()
    known = f"{COUNT.text(len(hours))} of the {counted(len(found), 'row', 'rows')} below with a known start"
    st.markdown(f"**{heading(hours, when)}**  \n:small[:gray[First commit to merge: {known}; logarithmic scale]]")
    spread = spread_of(hours)
    figures.show(
        duration_distribution(spread, figures.viewer_palette(), height=CHART_HEIGHT),
        key="cycle-times",
        table=spread_rows(spread),
    )


def heading(hours: Sequence[float], when: str) -> str:
    """The finding, if there is one."""
    opening = f"{when}: " if when else ""
    if not hours:
        return f"{opening}Cycle time"
    share = percent(within_a_day(hours))
    if when:
        return f"{opening}{share} merged within a day"
    return f"{share} merged within a day, the slowest took {duration(max(hours))}"


def draw_weeks(told: Answers, shown: Sequence[PullRequest]) -> None:
    """What got done, week by week."""
    title, what, drawn = weeks_of(told, shown)
    if drawn is None:
        st.markdown(f"**{title}**  \n:small[:gray[No weekly figures here, and more rows than one view reads.]]")
        return
    of = (
        f"{counted(len(shown), 'row', 'rows')} below"
        if told.sheet.whole
        else "Whole window, whatever is searched: work items, or pull requests without a tracker"
    )
    st.markdown(f"**{title}**  \n:small[:gray[{of}. \\* not whole]]")
    figures.show(
        weekly_bars(drawn, figures.viewer_palette(), what, height=CHART_HEIGHT), key="merged-per-week", table=drawn
    )


def look(rows: pd.DataFrame) -> Look:
    """How the table is shown."""
    return Look(
        {
            "Merged": tables.time_column(rows["Merged"]),
            "Repository": st.column_config.TextColumn(width=150),
            "Number": st.column_config.NumberColumn(format="%d", width=76),
            "Title": st.column_config.TextColumn(width=244 if rows["Link"].notna().any() else 300),
            "Author": st.column_config.TextColumn(width=90),
            CYCLE_TIME: st.column_config.NumberColumn("Cycle time", width=82, help="First commit to merge."),
            "Risk": st.column_config.NumberColumn(format="%d", width=50, help="0 to 100, as on the page PR risk."),
            "Level": st.column_config.TextColumn(width=70),
            "Link": tables.link_column(rows["Link"], "The pull request on GitHub."),
        },
        (CYCLE_TIME,),
        "Pull requests, newest first",
        {"Level": level_colour},
    )


def level_colour(level: str, palette: Palette) -> str | None:
    """As on the page PR risk."""
    return palette.tier_text[LEVEL_TIERS[level]]


def offer_risk(row: PullRequest | None) -> None:
    """The way from a row to what makes it risky."""
    if row is None:
        st.markdown(":small[:gray[Choose a row by the box at its left to see what makes it risky.]]")
        return
    kept = {name: value for name, value in st.query_params.to_dict().items() if name in ("team", "days")}
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":small[**#{row.number}** {plain(cell_text(row.title, SHORT_TITLE))}]", width="content")
        st.page_link(
            "pr_risk.py",
            label="What makes it risky",
            icon=":material/shield:",
            query_params={**kept, "pr": f"{row.repo}/{row.number}"},
        )


view.show(ask, draw, screen)
