"""The line under every page: how old the data are, which windows are compared, and by whose bands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from components.filters import DEFAULT_DAYS, LONGEST_WINDOW_DAYS, Filters
from components.format import age, day_label, window_label
from koalr_api import Page, Team


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
    if newest is None or newest > told.now - timedelta(days=chosen.days):
        return None
    needed = (told.now - newest).days + 1
    return (
        f"The newest data are of {day_label(newest)} {newest.year}, before this window. Bring in newer ones, "
        f"or look back further: add days={min(LONGEST_WINDOW_DAYS, needed + DEFAULT_DAYS)} to the address."
    )


def draw(told: Organisation, chosen: Filters, teams: Page[Team]) -> None:
    """Age, window against the window before, zone, year of the tiers."""
    data_from = told.loaded_at if told.loaded_at and not told.sample else teams.fetched_at
    data_age = age(max(timedelta(0), datetime.now(UTC) - data_from), data_from)
    window = window_label(told.now, chosen.days)
    st.markdown(
        f":small[:gray[:material/schedule: Data {data_age} · {window} · all times UTC · tiers: DORA report 2023]]"
    )


def _instant(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
