"""Copilot: who uses it, what is accepted, and what that may save under an assumption everybody can change."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from components import address, cards, data, figures, filters, panels, states, view
from components.charts.trends import weekly_trend
from components.copilot_cards import (
    acceptance_card,
    acceptance_tile,
    adoption_card,
    adoption_tile,
    facts,
    hours_card,
    hours_tile,
)
from components.copilot_words import (
    MINUTES_STEPS,
    MOST_MINUTES,
    Assumption,
    active_words,
    assumption,
    copilot_sentence,
    estimate_words,
    hours_saved,
    hours_unit,
    minutes_text,
    parse_minutes,
)
from components.format import percent, plain
from components.frames import weekly
from components.screen import Screen
from koalr_api import Copilot

PARAMETER = "minutes"
SLIDER_KEY = "minutes-per-line"
TREND_HEIGHT = 190
UNMEASURED = (
    ":small[:gray[Nobody has measured the minutes. Typing a line of 40 characters at 200 a minute takes 0.2; no thinking is "
    "added, no reading and repairing taken off. Take it as an order of magnitude.]]"
)
IMPORT = "python -m koalr_server import copilot FILE"


def ask() -> Copilot:
    """One question."""
    return data.copilot(filters.current())


def draw(copilot: Copilot) -> None:
    """Sentence, cards, assumption, weeks."""
    st.markdown(f"## {copilot_sentence(copilot)}")
    filters.scope_note(copilot.scoped_team)
    if copilot.adoption_rate is None and copilot.acceptance_rate is None and copilot.estimated_hours_saved is None:
        cards.draw([adoption_card(copilot), acceptance_card(copilot), hours_card(copilot, None)])
        states.empty("Copilot", "GitHub's usage reports and seats are not in the data. Bring them in:", IMPORT)
        return
    place = st.container()
    assumed = draw_assumption(copilot)
    with place:
        cards.draw([adoption_card(copilot), acceptance_card(copilot), hours_card(copilot, assumed)])
    draw_weeks(copilot, assumed)


def screen(copilot: Copilot) -> Screen:
    """On a wall: adoption, acceptance, hours, and adoption week by week."""
    weeks = copilot.trend
    assumed = assumption(copilot, parse_minutes(st.query_params.get(PARAMETER)))
    return Screen(
        copilot_sentence(copilot),
        [
            adoption_tile(copilot),
            acceptance_tile(copilot),
            hours_tile(copilot, assumed),
        ],
        "Adoption week by week",
        (lambda palette: weekly_trend(weekly(weeks, "adoption_rate"), palette, percent)) if weeks else None,
        facts(copilot),
    )


def draw_assumption(copilot: Copilot) -> Assumption | None:
    """The formula in words, and the slider for its assumption where the server gives the accepted lines."""
    with st.container(border=True):
        words, control = st.columns([1.4, 1], vertical_alignment="center", gap="large")
        with control:
            assumed = choose_minutes(copilot)
        with words:
            st.markdown("**How the hours come about**")
            st.markdown(estimate_words(copilot, assumed))
            if assumed:
                st.markdown(UNMEASURED)
    return assumed


def choose_minutes(copilot: Copilot) -> Assumption | None:
    """The viewer's minutes per line, from slider or address; a default stands in neither."""
    default = assumption(copilot, None)
    if default is None:
        address.write(PARAMETER, None)
        return None
    held = st.session_state.get(SLIDER_KEY)
    told = address.settled(
        PARAMETER, None if held in (None, default.minutes) else minutes_text(held), page_changed=False
    )
    wanted = parse_minutes(told)
    if told is not None and wanted is None:
        st.info(
            f"{plain(told[:20])} are no minutes; they go up to {MOST_MINUTES:.0f}. Showing {minutes_text(default.minutes)}.",
            icon=":material/info:",
        )
    minutes = default.minutes if wanted is None else wanted
    st.session_state[SLIDER_KEY] = minutes
    chosen = st.select_slider(
        "Minutes an accepted line saves",
        sorted({*MINUTES_STEPS, default.minutes, minutes}),
        format_func=lambda value: f"{minutes_text(value)} min",
        key=SLIDER_KEY,
        help=f"Your assumption, kept in the address. The server assumes {minutes_text(default.minutes)} min.",
    )
    found = assumption(copilot, float(chosen))
    address.write(PARAMETER, minutes_text(chosen) if found and found.own else None)
    return found


def draw_weeks(copilot: Copilot, assumed: Assumption | None) -> None:
    """Adoption, acceptance and hours by week."""
    st.markdown("#### Week by week")
    weeks = copilot.trend
    if not weeks:
        st.markdown(":small[:gray[This server gives no weekly figures.]]")
        return
    hours = weekly(weeks, "estimated_hours_saved").assign(
        value=pd.array([hours_saved(week, assumed) for week in weeks], dtype="float64")
    )
    at = f" at {minutes_text(assumed.minutes)} min per line" if assumed else ""
    charts: list[tuple[str, str, pd.DataFrame, Callable[[float], str]]] = [
        ("Adoption", "Seats active in the week, so below the window's", weekly(weeks, "adoption_rate"), percent),
        ("Acceptance", "Of the week's code completions", weekly(weeks, "acceptance_rate"), percent),
        ("Hours saved", f"Estimate{at}", hours, lambda value: hours_unit(value).text(value)),
    ]
    for column, (name, words, frame, text) in zip(panels.thirds(), charts, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"**{name}**  \n:small[:gray[{words}]]")
            key = f"copilot-{name.lower().replace(' ', '-')}"
            figures.show(weekly_trend(frame, figures.viewer_palette(), text, height=TREND_HEIGHT), key=key, table=frame)
    st.markdown(f":small[:gray[{active_words(copilot)} Dotted: week not over.]]")


view.show(ask, draw, screen)
