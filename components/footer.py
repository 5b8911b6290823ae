"""The line under every page: how old the data are, which windows are compared, and by whose bands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from components.filters import Filters
from components.format import age, window_label
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
