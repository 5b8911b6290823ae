"""Reviews: how long pull requests wait for one, how long it takes, and how much there is to review."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import streamlit as st

from components import asking, cards, data, figures, filters, panels, states, view
from components.bars import bars, per_bar
from components.charts.durations import duration_distribution, spread_of
from components.charts.flow import weekly_bars
from components.charts.ranking import ranking
from components.charts.trends import weekly_trend
from components.data import Latest
from components.filters import Filters
from components.format import (
    COUNT,
    PER_WEEK,
    duration,
    percent,
)
from components.frames import cycle_times, merged_per_repository, spread_rows, weekly
from components.record_words import within_a_day
from components.reviews_cards import per_week, review_cards, review_tiles
from components.reviews_words import IMPORT, NO_PERSONS, NOT_REVIEW_TIMES, reviews_sentence
from components.screen import Fact, Screen
from components.similar import span
from koalr_api import KoalrError, Reviews

TREND_HEIGHT = 190


class Answers(NamedTuple):
    """What the page is drawn from; the pull requests may be an error."""

    chosen: Filters
    reviews: Reviews
    latest: Latest | KoalrError


def ask() -> Answers:
    """Review metrics, and the latest pull requests for how they spread."""
    chosen = filters.current()
    asking.announce(lambda: data.reviews(chosen), lambda: data.pull_requests(chosen, 1))
    return Answers(chosen, data.reviews(chosen), view.attempt(lambda: data.latest_pull_requests(chosen)))


def draw(told: Answers) -> None:
    """Sentence, cards, weeks, how pull requests spread, load."""
    st.markdown(f"## {reviews_sentence(told.reviews)}")
    filters.scope_note(told.reviews.scoped_team)
    cards.draw(review_cards(told.reviews, told.chosen.days))
    if told.reviews.avg_first_response_time is None and not told.reviews.total_reviewed:
        states.empty(
            "Reviews", "No review is known in this window: git alone does not know reviews. Bring them in:", IMPORT
        )
    draw_weeks(told.reviews)
    left, right = panels.halves()
    with left, st.container(border=True, height="stretch"):
        draw_spread(told.latest)
    with right, st.container(border=True, height="stretch"):
        draw_load(told.latest)
    st.markdown(f":small[:gray[:material/groups: {NO_PERSONS}]]")


def screen(told: Answers) -> Screen:
    """On a wall: wait, review and how many, week by week."""
    reviews, weeks = told.reviews, told.reviews.trend
    if weeks:
        return Screen(
            reviews_sentence(reviews),
            review_tiles(reviews),
            "Mean wait for the first review, week by week",
            lambda palette: weekly_trend(weekly(weeks, "avg_first_response_time"), palette, duration),
            facts(told),
        )
    found = None if isinstance(told.latest, KoalrError) else spread_of(cycle_times(told.latest.rows)["hours"].tolist())
    return Screen(
        reviews_sentence(reviews),
        review_tiles(reviews),
        "Merged pull requests, first commit to merge",
        lambda palette: duration_distribution(found, palette),
        facts(told),
    )


def facts(told: Answers) -> list[Fact]:
    """How many a week."""
    found = []
    if told.reviews.total_reviewed:
        found.append(Fact(PER_WEEK.number(per_week(told.reviews, told.chosen.days)), "reviewed a week"))
    if not isinstance(told.latest, KoalrError):
        found.append(Fact(COUNT.text(told.latest.total), f"merged in {told.chosen.days} days"))
    return found


def draw_weeks(reviews: Reviews) -> None:
    """Both times and the number, week by week."""
    st.markdown("#### Week by week")
    weeks = reviews.trend
    if not weeks:
        st.markdown(":small[:gray[This server gives no weekly figures.]]")
        return
    wait, review, count = panels.thirds()
    with wait:
        draw_trend(
            "First review after",
            "Mean of the week. Dotted: not over",
            "first-review",
            weekly(weeks, "avg_first_response_time"),
        )
    with review:
        draw_trend(
            "Review takes", "Mean of the week. Dotted: not over", "review-cycle", weekly(weeks, "avg_review_cycle_time")
        )
    with count, st.container(border=True, height="stretch"):
        drawn = bars(weekly(weeks, "total_reviewed"))
        st.markdown(
            f"**Pull requests reviewed**  \n:small[:gray[Per {per_bar(drawn)}. Strong: last 4 weeks. \\* not over]]"
        )
        figure = weekly_bars(drawn, figures.viewer_palette(), "pull requests reviewed", height=TREND_HEIGHT)
        figures.show(figure, key="reviewed", table=drawn)


def draw_trend(title: str, words: str, key: str, frame: pd.DataFrame) -> None:
    """One time by week."""
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{title}**  \n:small[:gray[{words}]]")
        figures.show(weekly_trend(frame, figures.viewer_palette(), duration, height=TREND_HEIGHT), key=key, table=frame)


def draw_spread(latest: Latest | KoalrError) -> None:
    """How long merged pull requests took; the API has no single review times."""
    if isinstance(latest, KoalrError):
        states.failed_part(latest, "How long pull requests take")
        return
    frame = cycle_times(latest.rows)
    found = spread_of(frame["hours"].tolist())
    st.markdown(f"**{spread_heading(frame['hours'].tolist())}**")
    st.markdown(
        f":small[:gray[{NOT_REVIEW_TIMES} Merged: {latest.words}; {len(frame)} with a known start; logarithmic scale]]"
    )
    figures.show(
        duration_distribution(found, figures.viewer_palette(), height=240),
        key="pull-request-times",
        table=spread_rows(found),
    )


def spread_heading(hours: Sequence[float]) -> str:
    """The finding, if there is one."""
    if not hours:
        return "How long pull requests take"
    return f"{percent(within_a_day(hours))} of pull requests merge within a day"


def draw_load(latest: Latest | KoalrError) -> None:
    """Where review work comes from: by repository, never by person."""
    if isinstance(latest, KoalrError):
        states.failed_part(latest, "Where review work comes from")
        return
    frame = merged_per_repository(latest.rows)
    when = span(latest.rows) if len(latest.rows) < latest.total else ""
    st.markdown(f"**Where review work comes from{f', {when}' if when else ''}**")
    st.markdown(
        f":small[:gray[Pull requests merged per repository, {latest.words}; of bots too; not who reviewed them]]"
    )
    figures.show(ranking(frame, figures.viewer_palette(), "merged pull requests"), key="repositories", table=frame)


view.show(ask, draw, screen)
