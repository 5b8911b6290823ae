"""Weekly summary: the last seven days on one sheet, to print or to pass on."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import streamlit as st

from components import data, filters, headlines, view, wall, weekly_lines
from components.filters import Filters
from components.footer import Organisation, organisation
from components.forecast_words import count_of, half_sure_words
from components.format import date_label, day_label, duration, plain
from components.headlines import Headlines
from components.sentences import OVERALL, dora_sentence
from components.states import short_words
from koalr_api import DeliveryForecast, Incident, KoalrError, Page

DAYS = 7
MOST_INCIDENTS = 12


class Answers(NamedTuple):
    """What the sheet is drawn from."""

    organisation: Organisation
    week: Headlines


def ask() -> Answers:
    """The figures of seven days, whatever window is chosen."""
    chosen = filters.current()
    week = headlines.ask(Filters(DAYS, chosen.team_id, chosen.team_name))
    return Answers(organisation(data.teams()), week)


def draw(told: Answers) -> None:
    """Sentence, metrics, incidents, outlook."""
    until = told.organisation.now.astimezone(UTC)
    doubts = told.week.doubts
    st.markdown(f"## {dora_sentence(told.week.dora, doubts)}", help=None if wall.on_paper() else OVERALL)
    st.markdown(
        f":small[:gray[{whose(told)}, {week_words(until)}, beside the seven before.]] "
        + ("" if wall.on_paper() else f":small[[Sheet to print]({print_view()})]")
    )
    filters.scope_note(told.week.dora.scoped_team)
    st.table(weekly_lines.table(weekly_lines.lines_of(told.week.dora, doubts, told.week.flow, told.week.reviews)))
    for name, answer in (("Flow", told.week.flow), ("Reviews", told.week.reviews)):
        if isinstance(answer, KoalrError):
            st.markdown(f":small[:gray[{name}: {short_words(answer)}]]")
    draw_incidents(told.week.incidents, until)
    draw_outlook(told.week.delivery)


def whose(told: Answers) -> str:
    """The organisation, and the team or that it is all of them."""
    return plain(f"{told.organisation.name}, {told.week.chosen.team_name or 'all teams'}")


def week_words(until: datetime) -> str:
    """ "the seven days 17 Nov to 23 Nov 2026"; a week that ends at midnight ends the day before."""
    last = until - timedelta(seconds=1)
    first = until - timedelta(days=DAYS) + timedelta(seconds=1)
    return f"the seven days {day_label(first)} to {day_label(last)} {last.year}"


def print_view() -> str:
    """The sheet without navigation, on white whatever colours the viewer has: that is what paper is."""
    paper = {"print": "1", "embed": "true", "embed_options": "light_theme"}
    return wall.address("weekly", {**st.query_params.to_dict(), **paper})


def draw_incidents(incidents: Page[Incident] | KoalrError, until: datetime) -> None:
    """Every incident of the week, the open ones first."""
    st.markdown("### Incidents")
    if isinstance(incidents, KoalrError):
        st.markdown(f"No list: {short_words(incidents)}.")
        return
    if not incidents.data:
        st.markdown("None in these seven days.")
        return
    ordered = sorted(incidents.data, key=lambda each: (each.resolved_at is not None, -each.started_at.timestamp()))
    st.markdown("\n".join(f"- {incident_words(each, until)}" for each in ordered[:MOST_INCIDENTS]))
    left = len(ordered) - MOST_INCIDENTS
    if left > 0:
        st.markdown(f":small[:gray[and {left} more; see Incidents]]")


def incident_words(incident: Incident, until: datetime) -> str:
    """When, what, how bad, how long."""
    began = incident.started_at.astimezone(UTC)
    severity = f", {plain(incident.severity[:40])}" if incident.severity else ""
    if incident.resolved_at is None:
        hours = (until - began).total_seconds() / 3600
        fate = f"**open** for {duration(max(0.0, hours))}"
    else:
        fate = f"restored after {duration((incident.resolved_at - incident.started_at).total_seconds() / 3600)}"
    return f"{date_label(began)} {began:%H:%M}: {plain(incident.title[:200])}{severity}, {fate}"


def draw_outlook(delivery: DeliveryForecast | KoalrError) -> None:
    """When the next items are done."""
    st.markdown("### Outlook")
    if isinstance(delivery, KoalrError):
        st.markdown(f"No forecast: {short_words(delivery)}.")
        return
    if delivery.p85 is None:
        st.markdown("There is no forecast: too little is known of finished work.")
        return
    st.markdown(
        f"The next {count_of(delivery.items)} are done by **{date_label(delivery.p85)}** with 85 % confidence "
        f"({half_sure_words(delivery)})."
    )


view.show(ask, draw)
