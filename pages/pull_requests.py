"""Pull requests: merged in the window, newest first, with how long they took and how risky they were."""

from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import NamedTuple

import pandas as pd
import streamlit as st

from components import asking, data, figures, filters, paging, panels, search, sheets, states, tables, view
from components.charts.durations import duration_distribution, spread_of
from components.charts.flow import weekly_bars
from components.filters import Filters
from components.format import COUNT, NO_DATA, cell_text, duration, duration_unit, percent, plain
from components.frames import spread_rows, weekly
from components.record_words import counted, counted_fact, cycle_hours, pull_requests_sentence, within_a_day
from components.records import CYCLE_TIME, per_week, pull_request_rows, risk_level, whole_weeks
from components.screen import Fact, Screen, Tile
from components.search import Choice, Fields
from components.sheets import Sheet
from components.similar import span
from components.tables import Look
from components.theme import Palette
from koalr_api import Flow, KoalrError, PullRequest

KEY = "pull-requests"
LEVEL_TIERS = {"low": "elite", "medium": "medium", "high": "low", "critical": "low"}
RISKY = ("high", "critical")
FIELDS = Fields(
    KEY,
    ("Repository", "Number", "Title", "Author"),
    (Choice("risk", "Level", "Any risk", tuple(LEVEL_TIERS)), Choice("repo", "Repository", "Any repository")),
    "Title, author, repository or number",
)
CHART_HEIGHT = 200
SHORT_TITLE = 70


class Answers(NamedTuple):
    """What the page is drawn from; flow stands in for the weeks where the rows are not all there."""

    chosen: Filters
    now: datetime
    sheet: Sheet[PullRequest]
    flow: Flow | KoalrError | None


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
    rows = pull_request_rows(told.sheet.rows)
    found = search.found(FIELDS, rows)
    search.draw(FIELDS, rows)
    left, right = panels.halves()
    with left, st.container(border=True, height="stretch"):
        draw_cycle_times(found, "" if told.sheet.whole else span(told.sheet.rows))
    with right, st.container(border=True, height="stretch"):
        draw_weeks(told)
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


def weeks_of(told: Answers) -> tuple[str, str, pd.DataFrame | None]:
    """Title, what a bar counts, and the weeks: of the rows if all are there, else of what flow counts."""
    if told.sheet.whole:
        moments = [row.merged_at for row in told.sheet.rows if row.merged_at is not None]
        return "Merged per week", "pull requests merged", per_week(moments, told.now, told.chosen.days)
    if not isinstance(told.flow, Flow) or not told.flow.trend:
        return "Merged per week", "pull requests merged", None
    return "Items finished per week", "items finished", weekly(told.flow.trend, "n")


def draw_weeks(told: Answers) -> None:
    """What got done, week by week."""
    title, what, weeks = weeks_of(told)
    if weeks is None:
        st.markdown(f"**{title}**  \n:small[:gray[No weekly figures here, and more rows than one view reads.]]")
        return
    of = "Whole window, whatever is searched" if told.sheet.whole else "Work items, or pull requests without a tracker"
    st.markdown(f"**{title}**  \n:small[:gray[{of}. \\* week not whole]]")
    figures.show(
        weekly_bars(weeks, figures.viewer_palette(), what, height=CHART_HEIGHT), key="merged-per-week", table=weeks
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


def screen(told: Answers) -> Screen:
    """On a wall: how many, how quickly, how risky, and the weeks."""
    title, what, weeks = weeks_of(told)
    return Screen(
        pull_requests_sentence(told.sheet, told.chosen.days, brief=True),
        tiles(told),
        title,
        (lambda palette: weekly_bars(weeks, palette, what)) if weeks is not None else None,
        facts(told.sheet),
    )


def tiles(told: Answers) -> list[Tile]:
    """How many were merged, their median, how many within a day, how many risky."""
    rows, hours = told.sheet.rows, cycle_hours(told.sheet.rows)
    of = f"of {'all' if told.sheet.whole else 'the latest'} {COUNT.text(len(rows))}"
    levels = [risk_level(row.risk_score) for row in rows if row.risk_score is not None]
    risky = sum(1 for level in levels if level in RISKY)
    _title, _what, weeks = weeks_of(told)
    history = whole_weeks(weeks) if weeks is not None and told.sheet.whole else ()
    merged = Tile("Merged", COUNT.text(told.sheet.total), note=f"in {told.chosen.days} days", history=history)
    if hours:
        middle = median(hours)
        unit = duration_unit(middle)
        within = round(100 * within_a_day(hours))
        timed = [Tile("Cycle time", unit.number(middle), unit.symbol, note=f"median {of}")]
        timed.append(Tile("Within a day", str(within), "%", note=of))
    else:
        timed = [Tile(name, NO_DATA, note="no known start") for name in ("Cycle time", "Within a day")]
    risk = Tile("High risk", COUNT.text(risky), note=of) if levels else Tile("High risk", NO_DATA, note="no scores")
    return [merged, *timed, risk]


def facts(sheet: Sheet[PullRequest]) -> list[Fact]:
    """Of the latest rows: repositories, people, the slowest."""
    if not sheet.rows:
        return []
    hours, authors = cycle_hours(sheet.rows), {row.author for row in sheet.rows if row.author}
    return [
        counted_fact(len({row.repo for row in sheet.rows}), "repository", "repositories"),
        *([counted_fact(len(authors), "author", "authors")] if authors else []),
        *([Fact(duration(max(hours)), "the slowest")] if hours else []),
    ]


view.show(ask, draw, screen)
