"""Weekly summary: the last seven days on one sheet, to print or to pass on."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pandas as pd
import streamlit as st

from components import data, filters, headlines, view, wall
from components.filters import Filters
from components.flow_cards import cycle_hours, wip_doubt
from components.footer import Organisation, organisation
from components.forecast_words import count_of, half_sure_words
from components.format import (
    COUNT,
    NO_DATA,
    PER_WEEK,
    Unit,
    change_text,
    date_label,
    day_label,
    duration,
    duration_unit,
    percent_unit,
    plain,
    shown,
)
from components.headlines import Headlines
from components.judgement import Better, Verdict, few, verdict
from components.metrics import DORA_METRICS
from components.reviews_cards import REVIEWS
from components.sentences import OVERALL, dora_sentence
from components.states import short_words
from components.tiers import display_unit, tier_of
from koalr_api import DeliveryForecast, Dora, Flow, Incident, KoalrError, Page, Reviews

DAYS = 7
MOST_INCIDENTS = 12
JUDGEMENTS: Mapping[Verdict, str] = {"better": ":green[better]", "worse": ":red[worse]", "same": "about the same"}


class Answers(NamedTuple):
    """What the sheet is drawn from."""

    organisation: Organisation
    week: Headlines


class Line(NamedTuple):
    """One metric of the sheet, as texts."""

    metric: str
    week: str
    before: str
    change: str
    judgement: str
    tier: str = ""


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
    lines = [*dora_lines(told.week.dora, doubts), *other_lines(told.week.flow, told.week.reviews)]
    st.table(
        pd.DataFrame(lines, columns=["Metric", "This week", "Week before", "Change", "Judgement", "Tier"]).set_index(
            "Metric"
        )
    )
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
    """The sheet without navigation."""
    return wall.address("weekly", {**st.query_params.to_dict(), "print": "1"})


def dora_lines(dora: Dora, doubts: Mapping[str, str]) -> list[Line]:
    """The four DORA metrics."""
    lines = []
    for metric in DORA_METRICS:
        value = getattr(dora, metric.field)
        before = getattr(dora.previous, metric.field, None)
        unit = display_unit(metric.field, value or before or 0.0)
        change = change_text(value, before, unit)
        judged = metric.missing if value is None else judgement(value, before, metric.better, doubts[metric.field])
        lines.append(line(metric.name, metric.text(value), metric.text(before), change, judged))
        tier = tier_of(metric.field, value)
        lines[-1] = lines[-1]._replace(tier=tier.capitalize() if tier else "")
    return lines


def other_lines(flow: Flow | KoalrError, reviews: Reviews | KoalrError) -> list[Line]:
    """Flow and reviews, as far as they can be had."""
    lines = []
    if not isinstance(flow, KoalrError):
        before = flow.previous
        efficiency_unit = percent_unit(flow.flow_efficiency or 0)
        lines += [
            duration_line("Cycle time", cycle_hours(flow), cycle_hours(before)),
            unit_line("Throughput", flow.throughput, before.throughput if before else None, PER_WEEK, "up"),
            unit_line(
                "Work in progress", flow.wip_count, before.wip_count if before else None, COUNT, "down", wip_doubt(flow)
            ),
            unit_line(
                "Flow efficiency",
                flow.flow_efficiency,
                before.flow_efficiency if before else None,
                efficiency_unit,
                "up",
            ),
        ]
    if not isinstance(reviews, KoalrError):
        earlier = reviews.previous
        first = earlier.avg_first_response_time if earlier else None
        lines += [
            duration_line("First review", reviews.avg_first_response_time, first, few(reviews.total_reviewed, REVIEWS)),
            unit_line(
                "Pull requests reviewed",
                reviews.total_reviewed,
                earlier.total_reviewed if earlier else None,
                COUNT,
                "none",
            ),
        ]
    return lines


def duration_line(metric: str, now: float | None, before: float | None, doubt: str = "") -> Line:
    """Hours in the unit that reads best; less is better."""
    change = change_text(now, before, duration_unit(now or 0))
    return line(metric, duration(now), duration(before), change, judgement(now, before, "down", doubt))


def unit_line(
    metric: str, now: float | None, before: float | None, unit: Unit, better: Better, doubt: str = ""
) -> Line:
    """A quantity in its unit."""
    change = change_text(now, before, unit)
    return line(metric, shown(now, unit), shown(before, unit), change, judgement(now, before, better, doubt))


def judgement(now: float | None, before: float | None, better: Better, doubt: str = "") -> str:
    """What the change is, as on the other pages, or why it is not judged."""
    found = verdict(now, before, better, doubt)
    return doubt if found == "noise" else JUDGEMENTS.get(found, "")


def line(metric: str, week: str, before: str, change: str | None, judged: str) -> Line:
    """Texts of ours, safe where Markdown is read; no change is only said of two numbers."""
    told = change.replace("-", "−") if change else NO_DATA if NO_DATA in (week, before) else "no change"
    return Line(metric, plain(week), plain(before), plain(told), judged if change or week == NO_DATA else "")


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
