"""The line under every page: how old the data are, which windows are compared, and by whose bands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from components import coverage, figures, freshness
from components.exports import csv_text
from components.filters import DEFAULT_DAYS, LONGEST_WINDOW_DAYS, Filters
from components.format import age, ago, day_label, plain, window_label
from components.freshness import Freshness
from components.site import Entry
from koalr_api import Page, Team

# Pixels. The button for the page's data has room beside it on 1440, and goes below it where there is none.
FOOTER_WIDTH = 760


@dataclass(frozen=True, slots=True)
class Organisation:
    """What the server says it holds; a server that says nothing gives neutral values.

    `now` is the end of every window: the server's own if it tells, else the time of the answer.
    """

    name: str
    now: datetime
    sample: bool = False
    notice: str | None = None
    loaded_at: datetime | None = None
    newest_fact_at: datetime | None = None


def organisation(teams: Page[Team]) -> Organisation:
    """Read the optional `organisation` object of the teams answer; malformed parts count as absent."""
    found = teams.raw.get("organisation")
    told: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    name, notice = told.get("name"), told.get("notice")
    return Organisation(
        name=name if isinstance(name, str) else "Koalr",
        now=_instant(told.get("now")) or teams.fetched_at,
        sample=told.get("sample") is True,
        notice=notice if isinstance(notice, str) else None,
        loaded_at=_instant(told.get("loadedAt")),
        newest_fact_at=_instant(told.get("newestFactAt")),
    )


def emptiness(told: Organisation, chosen: Filters) -> str | None:
    """Why a window holds nothing although there are data: they end before it begins."""
    newest = told.newest_fact_at
    if newest is None or told.now - newest < timedelta(days=chosen.days):
        return None
    needed = (told.now - newest).days + 1
    return (
        f"The newest data are of {day_label(newest)} {newest.year}, before this window. Bring in newer ones, "
        f"or look back further: add days={min(LONGEST_WINDOW_DAYS, needed + DEFAULT_DAYS)} to the address."
    )


def draw(told: Organisation, chosen: Filters, page: Entry) -> None:
    """Age, window against the window before, zone, year of the tiers; where the sample comes from; the page's data."""
    parts = [f":material/schedule: {data_age(told, freshness.current(), datetime.now(UTC))}"]
    if page.window:
        parts.append(window_label(told.now, chosen.days, coverage.current().comparable))
    parts.append("all times UTC")
    if page.tiers:
        parts.append("tiers: DORA report 2023")
    lines = [" · ".join(parts)]
    if told.sample:
        lines.append(plain(told.notice or ""))
    with st.container(horizontal=True):
        st.markdown("  \n".join(f":small[:gray[{line}]]" for line in lines), width=FOOTER_WIDTH)
        _draw_exports()


def beginning(found: coverage.Coverage) -> str | None:
    """That data begin inside the window, and what follows from it."""
    if found.since is None:
        return None
    return (
        f":small[:gray-badge[Data since the week of {day_label(found.since)} {found.since.year}] :gray[rates and counts are of the "
        "whole window, so they read low, and are not compared with the time before]]"
    )


def data_age(told: Organisation, shown: Freshness, now: datetime) -> str:
    """ "Answers 2 min old", and when data came in last where the server tells and it is the viewer's own data."""
    since = shown.since
    parts = [f"Answers {age(max(timedelta(0), now - since), since)}"] if since else ["No answer yet"]
    if told.loaded_at and not told.sample:
        parts.append(f"data loaded {ago(max(timedelta(0), now - told.loaded_at), told.loaded_at)}")
    return ", ".join(parts)


def badges(told: Organisation, shown: Freshness, now: datetime) -> str:
    """What must be seen beside the title: that this is the sample, that an answer could not be renewed."""
    found = [":orange-badge[Sample]"] if told.sample else []
    if shown.stale and shown.since is not None:
        old = age(max(timedelta(0), now - shown.since), shown.since)
        found.append(f":orange-badge[:material/cloud_off: API not answering, {old}]")
    return " ".join(found)


def _csv(table: pd.DataFrame) -> bytes:
    return csv_text(table).encode()


def _draw_exports() -> None:
    shown = figures.shown()
    if not shown:
        return
    with st.popover("Data of this page", icon=":material/download:", type="tertiary"):
        st.markdown(":small[:gray[Exactly what the charts show. Pictures: the camera at the top right of a chart.]]")
        for figure in shown:
            st.download_button(
                figure.name.replace("-", " ").capitalize() + ", CSV",
                partial(_csv, figure.table),
                f"{figure.name}.csv",
                "text/csv",
                key=f"export-{figure.name}",
                on_click="ignore",
                type="tertiary",
                icon=":material/table:",
            )


def _instant(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
