"""DORA: the tier ladder, week by week, and how lead time spreads."""

import streamlit as st

from components import data, figures, filters, states
from components.charts.deployments import deployments_per_week
from components.charts.durations import Spread, duration_distribution, spread_of
from components.charts.ladder import ladder_row
from components.charts.trends import weekly_trend
from components.format import duration
from components.frames import lead_time_hours, weekly, weekly_deployments
from components.metrics import DORA_METRICS, DoraMetric
from components.sentences import coloured, dora_sentence
from components.theme import Palette
from components.tiers import distance, tier_of
from koalr_api import Dora

HOURS_PER_DAY = 24


def render() -> None:
    """Sentence, ladder, trends, distribution."""
    chosen = filters.current()
    dora = data.dora(chosen)
    palette = figures.viewer_palette()
    st.markdown(f"## {dora_sentence(dora)}")
    filters.scope_note(dora.scoped_team)
    draw_ladder(dora, palette)
    draw_trends(dora, palette)
    left, right = st.columns(2)
    with left:
        draw_lead_times(dora, palette)
    with right:
        draw_deployments(dora, palette)


def draw_ladder(dora: Dora, palette: Palette) -> None:
    """One row per metric: value, place on the ladder, distance to the next tier."""
    with st.container(border=True, gap="medium"):
        for index, metric in enumerate(DORA_METRICS):
            draw_row(metric, dora, palette, header=index == 0)
    compared = dora.previous is not None and any(
        getattr(dora.previous, metric.field) is not None for metric in DORA_METRICS
    )
    previous = "Filled: this window. Ring: the window before. " if compared else ""
    st.markdown(
        f":small[:gray[{previous}Position inside a band is logarithmic, for failure rate linear. Bands: DORA report 2023.]]"
    )


def draw_row(metric: DoraMetric, dora: Dora, palette: Palette, header: bool) -> None:
    """Value | ladder | tier and distance."""
    value: float | None = getattr(dora, metric.field)
    before: float | None = getattr(dora.previous, metric.field) if dora.previous else None
    tier = tier_of(metric.field, value)
    number, ladder, verdict = st.columns([2, 6, 1.7], vertical_alignment="center", gap="medium")
    number.metric(metric.name, metric.text(value), help=metric.definition)
    with ladder:
        figures.show(ladder_row(metric.field, value, before, palette, header=header), key=f"ladder-{metric.field}")
    with verdict:
        if tier is None:
            st.markdown(f":small[:gray[{metric.missing}]]")
        else:
            st.markdown(f"**{coloured(tier)}**  \n:small[{distance(metric.field, value)}]")


def draw_trends(dora: Dora, palette: Palette) -> None:
    """Four small charts, where the server answers a trend."""
    st.markdown("#### Week by week")
    if not dora.trend:
        st.markdown(":small[:gray[This server gives no weekly figures.]]")
        return
    for column, metric in zip(st.columns(len(DORA_METRICS)), DORA_METRICS, strict=True):
        with column, st.container(border=True):
            st.markdown(f"**{metric.short_name}**  \n:small[:green[{metric.elite}]]")
            figure = weekly_trend(
                weekly(dora.trend, metric.field),
                palette,
                metric.text,
                threshold=metric.elite_edge,
                logarithmic=metric.field == "mttr",
            )
            figures.show(figure, key=f"trend-{metric.field}")


def draw_lead_times(dora: Dora, palette: Palette) -> None:
    """How lead times spread: of every change where the server says, else of the latest deployments."""
    with st.container(border=True, height="stretch"):
        told = dora.lead_time_distribution
        if told is not None:
            spread: Spread | None = Spread(
                [each.from_hours for each in told.bins],
                [each.to_hours for each in told.bins],
                [each.changes for each in told.bins],
                told.p50,
                told.p85,
            )
            counted = f"Lead time of {told.changes} changes, logarithmic scale"
        else:
            page = data.deployments(filters.current(), 1)
            spread = spread_of(lead_time_hours(page.data))
            counted = f"Deployments that shipped changes, among the latest {len(page.data)} of {page.total}; logarithmic scale"
        st.markdown(f"**{spread_heading(spread)}**  \n:small[:gray[{counted}]]")
        figures.show(duration_distribution(spread, palette, tiered=True), key="lead-times")


def spread_heading(spread: Spread | None) -> str:
    """The finding: how much ships within a day."""
    if spread is None:
        return "Lead time"
    within_a_day = sum(count for low, count in zip(spread.lows, spread.counts, strict=True) if low < HOURS_PER_DAY)
    return f"{within_a_day / spread.items:.0%} of changes ship within a day, 15 % take longer than {duration(spread.p85_hours)}".replace(
        "%", " %"
    ).replace("  %", " %")


def draw_deployments(dora: Dora, palette: Palette) -> None:
    """Deployments per week with the failed ones."""
    with st.container(border=True, height="stretch"):
        st.markdown("**Production deployments per week**")
        st.markdown(":small[:gray[of them :red[later failed]. Strong bars: last 4 weeks. \\* week not over]]")
        if dora.trend:
            figures.show(
                deployments_per_week(weekly_deployments(dora.trend), palette, height=260), key="deployments-per-week"
            )


states.guarded(render)
