"""DORA: the tier ladder, week by week, and how lead time spreads."""

import streamlit as st

from components import data, figures, filters, states
from components.charts.deployments import deployments_per_week
from components.charts.durations import duration_distribution
from components.charts.ladder import ladder_row
from components.charts.trends import weekly_trend
from components.frames import lead_time_hours, weekly, weekly_deployments
from components.metrics import DORA_METRICS, DoraMetric
from components.sentences import coloured, dora_sentence
from components.theme import Palette
from components.tiers import distance, tier_of
from koalr_api import Dora


def render() -> None:
    """Sentence, ladder, trends, distribution."""
    chosen = filters.current()
    dora = data.dora(chosen)
    palette = figures.viewer_palette()
    st.markdown(f"### {dora_sentence(dora)}")
    filters.scope_note(dora.scoped_team)
    draw_ladder(dora, palette)
    draw_trends(dora, palette)
    left, right = st.columns(2)
    with left:
        draw_lead_times(palette)
    with right:
        draw_deployments(dora, palette)


def draw_ladder(dora: Dora, palette: Palette) -> None:
    """One row per metric: value, place on the ladder, distance to the next tier."""
    with st.container(border=True, gap="medium"):
        for index, metric in enumerate(DORA_METRICS):
            draw_row(metric, dora, palette, header=index == 0)
    previous = "Filled: this window. Ring: the window before. " if dora.previous else ""
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


def draw_lead_times(palette: Palette) -> None:
    """Lead times of the deployments that shipped something."""
    chosen = filters.current()
    with st.container(border=True, height="stretch"):
        page = data.deployments(chosen, 1)
        hours = lead_time_hours(page.data)
        st.markdown("**Lead time of deployments**")
        latest = (
            f"latest {len(page.data)} of {page.total} deployments, those that shipped changes"
            if page.total > len(page.data)
            else "deployments that shipped changes"
        )
        st.markdown(f":small[:gray[{latest}, by tier, logarithmic scale]]")
        figures.show(duration_distribution(hours, palette, tiered=True), key="lead-times")


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
