"""Custom metrics: the organisation's own figures, one at a time with its weeks, the next ones beside it."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import streamlit as st

from components import (
    asking,
    cards,
    custom_cards,
    custom_choice,
    custom_first_steps,
    data,
    figures,
    filters,
    panels,
    states,
    view,
    wall,
)
from components.charts.trends import weekly_trend
from components.custom_words import (
    behind,
    figure_unit,
    highest_words,
    metric_sentence,
    sentence_on_wall,
    short_label,
    trend_words,
    weekly_values,
)
from components.format import figure_text, plain
from components.screen import Screen
from koalr_api import CustomMetric, KoalrError, NotFoundError, Page, SavedMetric

# With the list and the metric itself that is five questions.
MOST_BESIDE = 3
TREND_HEIGHT = 240
# Beside the last value of a line.
LONGEST_AT_A_MARK = 6


class Answers(NamedTuple):
    """What the page is drawn from.

    Attributes:
        saved: the saved metrics; None if the server does not list them.
        slug: the chosen one; None while there is none. `refused`: what the address asks for in vain.
        metric: its answer; None while none is chosen. `beside`: the ones after it in the list.
    """

    saved: Page[SavedMetric] | KoalrError | None
    slug: str | None
    refused: str | None
    metric: CustomMetric | KoalrError | None
    beside: Sequence[CustomMetric | KoalrError]


def ask() -> Answers:
    """The list, the chosen metric, and the three after it."""
    chosen = filters.current()
    saved = view.attempt(data.custom_metrics)
    slugs = [one.slug for one in saved.data] if isinstance(saved, Page) else None
    wanted = custom_choice.wanted_slug()
    slug = wanted if slugs is None or wanted in slugs else next(iter(slugs), None)
    refused = wanted if wanted != slug else None
    if slug is None:
        if isinstance(saved, KoalrError):
            raise saved
        return Answers(saved, None, refused, None, ())
    beside = custom_choice.following(slugs or [], slug, MOST_BESIDE)
    questions = [partial(data.custom_metric, one, chosen) for one in (slug, *beside)]
    asking.announce(*questions)
    metric, *others = [view.attempt(question) for question in questions]
    if isinstance(metric, KoalrError) and wall.wanted():
        raise metric
    return Answers(saved, slug, refused, metric, others)


def draw(told: Answers) -> None:
    """Control, sentence, value and weeks; the others below."""
    choose(told)
    if told.refused:
        note = f"No custom metric {plain(short_label(told.refused))} here" + (
            ", so another one is shown." if told.slug else "."
        )
        st.info(note, icon=":material/info:")
    if isinstance(told.metric, NotFoundError):
        custom_first_steps.draw_unknown(told.slug or "")
    elif isinstance(told.metric, KoalrError):
        states.failed(told.metric)
    elif told.metric is not None:
        draw_metric(told.metric, filters.current().days)
    elif isinstance(told.saved, Page) and data.teams().limited:
        custom_first_steps.draw_none_of_these_teams()
    elif isinstance(told.saved, Page):
        custom_first_steps.draw_first_steps()
    draw_others(told)


def choose(told: Answers) -> None:
    """The control, and the choice in the address."""
    if not isinstance(told.saved, Page):
        custom_choice.ask_for_slug(told.slug)
        if told.slug is None:
            st.markdown("## Which metric of your own?")
            st.markdown("This server does not list its custom metrics. Type the slug of one, as it was saved.")
    elif told.saved.data:
        custom_choice.offer(told.saved.data, told.slug)
    custom_choice.keep(told.slug)


def draw_metric(metric: CustomMetric, days: int) -> None:
    """Sentence, value and weeks."""
    st.markdown(f"## {metric_sentence(metric, days)}")
    if metric.description:
        st.markdown(plain(short_label(metric.description, 600)))
    if filters.current().team_id is not None and metric.scoped_team is None:
        st.markdown(
            ":small[:gray-badge[Whole organisation] :gray[custom metrics count every team; a metric names its team itself]]"
        )
    left, right = panels.narrow_and_wide()
    with left:
        draw_value(metric, days)
    with right:
        draw_weeks(metric)


def draw_value(metric: CustomMetric, days: int) -> None:
    """The value with its change, what it rests on, whose records count."""
    shown = custom_cards.card(metric)
    st.metric(
        shown.label,
        shown.value,
        delta=shown.change or shown.note,
        delta_color="off",
        delta_arrow="auto" if shown.change else "off",
        delta_description=shown.before,
    )
    st.markdown(f":small[:gray[{behind(metric, days)}]]")
    if metric.scoped_team:
        names = {team.id: team.name for team in data.teams().data}
        st.markdown(
            f":small[:gray-badge[One team] :gray[counts the records of {plain(names.get(metric.scoped_team, metric.scoped_team))}]]"
        )
    st.markdown(":small[:gray[Whether more is better is for you to say, so no change is coloured.]]")


def draw_weeks(metric: CustomMetric) -> None:
    """Week by week."""
    if not metric.trend:
        st.markdown("**Week by week**")
        st.markdown(":small[:gray[This server gives no weekly figures.]]")
        return
    st.markdown(f"**{highest_words(metric)}**  \n:small[:gray[{trend_words(metric)}]]")
    weeks, unit = weekly_values(metric), figure_unit(metric, LONGEST_AT_A_MARK)
    figures.show(
        weekly_trend(weeks, figures.viewer_palette(), unit.text, height=TREND_HEIGHT),
        key="custom-metric-trend",
        table=weeks,
    )


def draw_others(told: Answers) -> None:
    """The next ones as cards, then every one with what it says."""
    others = [one for one in told.beside if isinstance(one, CustomMetric)]
    if others:
        st.markdown("### Next in the list")
        cards.draw([custom_cards.card(one) for one in others])
    for error in (one for one in told.beside if isinstance(one, KoalrError)):
        st.markdown(f":small[:gray[One more: {states.short_words(error)}]]")
    if isinstance(told.saved, Page) and len(told.saved.data) > 1:
        with st.expander(f"All {len(told.saved.data)} custom metrics"):
            for saved in told.saved.data:
                custom_choice.draw_link(saved)


def screen(told: Answers) -> Screen:
    """On a wall: the chosen metric with its weeks, the next ones beside it."""
    if isinstance(told.metric, KoalrError):
        return Screen(states.wall_words(told.metric), [])
    if told.metric is None:
        return Screen("No custom metric to show: name one with metric=", [])
    metric, days = told.metric, filters.current().days
    shown = [metric, *(one for one in told.beside if isinstance(one, CustomMetric))]
    weeks, unit = weekly_values(metric), figure_unit(metric, LONGEST_AT_A_MARK)
    return Screen(
        sentence_on_wall(metric, days),
        [custom_cards.tile(one) for one in shown],
        figure_text(short_label(metric.label, 40)) + ", week by week",
        (lambda palette: weekly_trend(weeks, palette, unit.text)) if len(weeks) else None,
        custom_cards.facts(metric),
    )


view.show(ask, draw, screen)
