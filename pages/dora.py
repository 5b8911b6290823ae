"""DORA: the tier ladder, week by week, and how lead time spreads."""

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import streamlit as st

from components import asking, coverage, data, figures, filters, panels, view
from components.bars import bars, per_bar
from components.charts.deployments import deployments_per_week
from components.charts.durations import Spread, duration_distribution, spread_of
from components.charts.ladder import Ladder, ladders, ladders_height
from components.charts.stack import Line, weekly_trends
from components.dora_cards import dora_tile
from components.filters import Filters
from components.footer import organisation
from components.format import HOURS_PER_DAY, NO_BREAK, duration, percent
from components.frames import lead_time_hours, spread_rows, weekly, weekly_deployments, weekly_dora, with_incidents
from components.metrics import DORA_METRICS, DoraMetric
from components.noise import dora_doubts
from components.screen import Screen
from components.sentences import OVERALL, deployments_heading, dora_sentence
from components.states import short_words
from components.theme import Palette
from koalr_api import Deployment, Dora, DoraFigures, Incident, KoalrError, Page

LADDER_HELP = "\n\n".join(
    (
        *(f"**{metric.name}:** {metric.definition}" for metric in DORA_METRICS),
        "Bands: DORA report 2023. Inside a band the position is logarithmic, for the failure rate linear.",
    )
)


class Answers(NamedTuple):
    """What the page is drawn from; deployments stand in where the server does not say how lead times spread."""

    chosen: Filters
    dora: Dora
    incidents: Page[Incident] | KoalrError
    deployments: Page[Deployment] | KoalrError | None
    earlier: DoraFigures | None


def ask() -> Answers:
    """DORA metrics, incidents, and the deployments where they are needed."""
    chosen = filters.current()
    asking.announce(lambda: data.dora(chosen), lambda: data.incidents(chosen))
    dora = data.dora(chosen)
    told = dora.lead_time_distribution is not None
    return Answers(
        chosen,
        dora,
        view.attempt(lambda: data.incidents(chosen)),
        None if told else view.attempt(lambda: data.deployments(chosen, 1)),
        dora.previous or (None if "previous" in dora.raw else earlier_from_windows(dora, chosen)),
    )


def earlier_from_windows(dora: Dora, chosen: Filters) -> DoraFigures | None:
    """The window before, from a server that does not tell it: what two windows leave when one is taken away.

    Exact for the frequency alone, for it alone is a count; medians and means cannot be taken apart.
    """
    if dora.deploy_frequency is None or 2 * chosen.days > filters.LONGEST_WINDOW_DAYS:
        return None
    both = view.attempt(lambda: data.dora(replace(chosen, days=2 * chosen.days)))
    if isinstance(both, KoalrError) or both.deploy_frequency is None:
        return None
    before = max(0.0, 2 * both.deploy_frequency - dora.deploy_frequency)
    if not coverage.carries(before, dora.deploy_frequency):
        return None
    coverage.note(coverage.Coverage(comparable=True))
    return DoraFigures(before, None, None, None, None)


def draw(told: Answers) -> None:
    """Sentence, ladders beside the weeks, distribution beside deployments."""
    palette = figures.viewer_palette()
    st.markdown(f"## {sentence(told)}", help=OVERALL)
    filters.scope_note(told.dora.scoped_team)
    left, right = panels.wide_and_narrow()
    with left:
        draw_ladders(told, palette)
    with right:
        draw_trends(told.dora, palette)
    left, right = panels.halves()
    with left, st.container(border=True, height="stretch"):
        draw_lead_times(told, palette)
    with right, st.container(border=True, height="stretch"):
        draw_deployments(told, palette)


def sentence(told: Answers) -> str:
    """The tier, and what changed that its counts carry."""
    return dora_sentence(told.dora, dora_doubts(told.dora, told.chosen.days, told.incidents))


def screen(told: Answers) -> Screen:
    """On a wall: the four tiers and how lead times spread."""
    spread, _counted = lead_times(told)
    return Screen(
        sentence(told),
        [dora_tile(metric, told.dora) for metric in DORA_METRICS],
        spread_heading(spread),
        lambda palette: duration_distribution(spread, palette, tiered=True),
    )


def draw_ladders(told: Answers, palette: Palette) -> None:
    """All four metrics: value, place on the ladder, distance to the next tier."""
    rows = [ladder_of(metric, told) for metric in DORA_METRICS]
    compared = any(row.before is not None for row in rows)
    words = "Filled: this window. Ring: the window before." if compared else "This window."
    st.markdown(f"**From Low to Elite**  \n:small[:gray[{words}]]", help=LADDER_HELP)
    figures.show(ladders(rows, palette), key="ladders")


def ladder_of(metric: DoraMetric, told: Answers) -> Ladder:
    """One metric's row."""
    value: float | None = getattr(told.dora, metric.field)
    before: float | None = getattr(told.earlier, metric.field) if told.earlier else None
    return Ladder(metric.field, metric.name, metric.text(value), value, before, metric.missing)


def draw_trends(dora: Dora, palette: Palette) -> None:
    """The four metrics week by week, where the server answers a trend."""
    if not dora.trend:
        st.markdown("**Week by week**  \n:small[:gray[This server gives no weekly figures.]]")
        return
    words = "Labelled: the last full week. Dotted in grey: the week not over. Time to restore on a logarithmic scale."
    st.markdown("**Week by week**  \n:small[:gray[last full week and highest]]", help=words)
    lines = [
        Line(
            metric.short_name,
            weekly(dora.trend, metric.field),
            metric.text,
            metric.elite,
            metric.elite_edge,
            logarithmic=metric.field == "mttr",
        )
        for metric in DORA_METRICS
    ]
    height = ladders_height(len(lines))
    figures.show(weekly_trends(lines, palette, height), key="week-by-week", table=weekly_dora(dora.trend))


def lead_times(told: Answers) -> tuple[Spread | None, str]:
    """How lead times spread, and of what: of every change where the server says, else of the latest deployments."""
    found = told.dora.lead_time_distribution
    if found is not None and sum(each.changes for each in found.bins) > 0:
        spread = Spread(
            [each.from_hours for each in found.bins],
            [each.to_hours for each in found.bins],
            [each.changes for each in found.bins],
            found.p50,
            found.p85,
        )
        return spread, f"Lead time of {found.changes} changes, logarithmic scale"
    if found is not None:
        return None, "No change first reached production in this window."
    if told.deployments is None or isinstance(told.deployments, KoalrError):
        return None, "The deployments cannot be had at the moment."
    page = told.deployments
    return spread_of(lead_time_hours(page.data)), (
        f"Deployments that shipped changes, among the latest {len(page.data)} of {page.total}; logarithmic scale"
    )


def draw_lead_times(told: Answers, palette: Palette) -> None:
    """How lead times spread."""
    spread, counted = lead_times(told)
    st.markdown(f"**{spread_heading(spread)}**  \n:small[:gray[{counted}]]")
    figures.show(duration_distribution(spread, palette, tiered=True), key="lead-times", table=spread_rows(spread))


def spread_heading(spread: Spread | None) -> str:
    """The finding: how much ships within a day."""
    if spread is None:
        return "Lead time"
    shipped = sum(count for low, count in zip(spread.lows, spread.counts, strict=True) if low < HOURS_PER_DAY)
    share = percent(shipped / spread.items)
    return f"{share} of changes ship within a day, 15{NO_BREAK}% take longer than {duration(spread.p85_hours)}"


def draw_deployments(told: Answers, palette: Palette) -> None:
    """Deployments per week with the failed ones, and the incidents that began."""
    missing = short_words(told.incidents) if isinstance(told.incidents, KoalrError) else None
    dots = f" Incidents: {missing}." if missing else " Dots: incidents that began, in the window."
    if not told.dora.trend:
        st.markdown("**Production deployments per week**  \n:small[:gray[This server gives no weekly figures.]]")
        return
    weeks = weekly_deployments(told.dora.trend)
    if not isinstance(told.incidents, KoalrError):
        since = organisation(data.teams()).now.date() - timedelta(days=told.chosen.days)
        weeks = with_incidents(weeks, told.incidents.data, since)
    drawn = bars(weeks)
    st.markdown(
        f"**{deployments_heading(weeks)}**  \n"
        f":small[:gray[Per {per_bar(drawn)}, of them :red[later failed].{dots} \\* not over]]"
    )
    figures.show(deployments_per_week(drawn, palette, height=260), key="deployments-per-week", table=drawn)


view.show(ask, draw, screen)
