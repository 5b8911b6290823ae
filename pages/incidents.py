"""Incidents: what is open, when they began, how long restoring took."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import fmean
from typing import NamedTuple

import pandas as pd
import streamlit as st

from components import data, figures, filters, panels, search, states, tables, view
from components.bars import bars, per_bar
from components.charts.flow import weekly_bars
from components.charts.incidents import incident_timeline
from components.filters import Filters
from components.format import COUNT, NO_DATA, SECONDS_PER_HOUR, duration, duration_unit
from components.record_words import counted, counted_fact, incidents_sentence, restore_hours, still_open
from components.records import RESTORE_TIME, incident_rows, incident_spans, per_week, whole_weeks
from components.screen import Fact, Screen, Tile
from components.search import Choice, Fields
from components.sheets import Sheet
from components.tables import Look
from components.theme import Palette
from koalr_api import Incident

KEY = "incidents"
FIELDS = Fields(
    KEY,
    ("Title", "Severity", "Status", "Repository"),
    (
        Choice("severity", "Severity", "Any severity"),
        Choice("status", "Status", "Any status", ("open", "resolved")),
        Choice("repo", "Repository", "Any repository"),
    ),
    "Title, severity or repository",
)
CHART_HEIGHT = 260


class Answers(NamedTuple):
    """What the page is drawn from. Incidents come all at once."""

    chosen: Filters
    now: datetime
    sheet: Sheet[Incident]
    scoped_team: str | None


def ask() -> Answers:
    """The incidents that began in the window."""
    chosen = filters.current()
    search.resume(FIELDS)
    page = data.incidents(chosen)
    given = len(page.data) + len(page.skipped)
    total = max(page.total, given)
    sheet = Sheet(list(page.data), total, ended=given < total, skipped=len(page.skipped))
    return Answers(chosen, data.moment(), sheet, page.scoped_team)


def draw(told: Answers) -> None:
    """Sentence, timeline and weeks, table."""
    st.markdown(f"## {incidents_sentence(told.sheet.rows, told.now, told.chosen.days)}")
    filters.scope_note(told.scoped_team)
    if not told.sheet.total:
        states.empty(
            "Incidents",
            "None began in this window. Choose a longer one, or load incidents:",
            "python -m koalr_server import incidents FILE",
        )
        return
    rows = incident_rows(told.sheet.rows)
    found = search.found(FIELDS, rows)
    search.draw(FIELDS, rows)
    shown = [told.sheet.rows[index] for index in found.index]
    left, right = panels.wide_and_narrow()
    with left:
        draw_timeline(told, shown)
    with right:
        draw_weeks(told, shown)
    tables.show(FIELDS, told.sheet, found, look(rows), told.chosen)


def draw_timeline(told: Answers, shown: list[Incident]) -> None:
    """When the rows of the table began and how long they lasted."""
    hours = restore_hours(shown)
    finding = f", {duration(fmean(hours))} on average, {duration(max(hours))} at most" if hours else ""
    st.markdown(
        f"**Time to restore{finding}**  \n:small[:gray[{counted(len(shown), 'row', 'rows')} below, by start. "
        ":red[Triangle: still open, with its time until now]. Logarithmic scale]]"
    )
    spans = incident_spans(shown, told.now)
    since = told.now - timedelta(days=told.chosen.days)
    figures.show(
        incident_timeline(spans, since, told.now, figures.viewer_palette(), height=CHART_HEIGHT),
        key="time-to-restore",
        table=spans,
    )


def draw_weeks(told: Answers, shown: Sequence[Incident]) -> None:
    """How many of the rows of the table began, week by week."""
    drawn = weeks_of(told, shown)
    st.markdown(
        f"**Incidents per {per_bar(drawn)}**  \n:small[:gray[{counted(len(shown), 'row', 'rows')} below, by start. \\* not whole]]"
    )
    figures.show(
        weekly_bars(drawn, figures.viewer_palette(), "incidents", height=CHART_HEIGHT),
        key="incidents-per-week",
        table=drawn,
    )


def weeks_of(told: Answers, shown: Sequence[Incident]) -> pd.DataFrame:
    """How many of these began, as bars over the weeks of the window."""
    return bars(per_week([row.started_at for row in shown], told.now, told.chosen.days))


def look(rows: pd.DataFrame) -> Look:
    """How the table is shown."""
    return Look(
        {
            "Started": tables.time_column(rows["Started"]),
            "Title": st.column_config.TextColumn(width=280),
            "Severity": st.column_config.TextColumn(help="As its source names it.", width=76),
            "Status": st.column_config.TextColumn(width=78),
            "Resolved": tables.time_column(rows["Resolved"]),
            "Repository": st.column_config.TextColumn(width=140),
            RESTORE_TIME: st.column_config.NumberColumn("Time to restore", width=112, help="Start to resolution."),
            "Link": tables.link_column(rows["Link"], "The repository on GitHub."),
        },
        (RESTORE_TIME,),
        "Incidents, newest first",
        {"Status": status_colour},
    )


def status_colour(status: str, palette: Palette) -> str | None:
    """Red while it is not resolved."""
    return None if status.casefold() == "resolved" else palette.tier_text["low"]


def screen(told: Answers) -> Screen:
    """On a wall: what is open, how many, how long, and the weeks."""
    drawn = weeks_of(told, told.sheet.rows)
    return Screen(
        incidents_sentence(told.sheet.rows, told.now, told.chosen.days),
        tiles(told),
        f"Incidents per {per_bar(drawn)}",
        lambda palette: weekly_bars(drawn, palette, "incidents"),
        facts(told),
    )


def tiles(told: Answers) -> list[Tile]:
    """Open now, all of the window, mean and longest time to restore."""
    running, hours = still_open(told.sheet.rows), restore_hours(told.sheet.rows)
    history = whole_weeks(per_week([row.started_at for row in told.sheet.rows], told.now, told.chosen.days))
    count = COUNT.text(len(running))
    now = (
        Tile("Open now", count, "", "open", "worse") if running else Tile("Open now", count, "", "none open", "better")
    )
    timed = (
        [
            Tile(name, unit.number(value), unit.symbol, note=f"of {counted(len(hours), 'incident', 'incidents')}")
            for name, value in (("Time to restore", fmean(hours)), ("The longest", max(hours)))
            for unit in (duration_unit(value),)
        ]
        if hours
        else [Tile(name, NO_DATA, note="none resolved") for name in ("Time to restore", "The longest")]
    )
    return [
        now,
        Tile("Incidents", COUNT.text(told.sheet.total), note=f"in {told.chosen.days} days", history=history),
        *timed,
    ]


def facts(told: Answers) -> list[Fact]:
    """Since when the oldest is open, and how long it was quiet."""
    rows, running = told.sheet.rows, still_open(told.sheet.rows)
    found = []
    if running:
        found.append(Fact(duration(hours_since(running[0].started_at, told.now)), "oldest open for"))
    if rows:
        newest = max(row.started_at for row in rows)
        found.append(Fact(duration(hours_since(newest, told.now)), "since the last began"))
    repositories = {row.repo for row in rows if row.repo}
    return [*found, *([counted_fact(len(repositories), "repository", "repositories")] if repositories else [])]


def hours_since(moment: datetime, now: datetime) -> float:
    """Hours, not below 0."""
    return max(0.0, (now - moment).total_seconds() / SECONDS_PER_HOUR)


view.show(ask, draw, screen)
