"""The signals of a pull request's risk on the page: what moves the score, what is known, what is not."""

from collections.abc import Sequence

import streamlit as st

from components import figures
from components.charts.risk import contribution_bars
from components.format import NO_DATA
from components.risk_words import cut
from components.signals import (
    CATEGORY_WORDS,
    Signal,
    by_category,
    missing,
    movers,
    signal_rows,
    signals_of,
)
from koalr_api import RiskScore

MOST_BARS = 8
COLUMNS = 3
LEGEND = ":small[:red[▲] :gray[raises the score,] :green[▼] :gray[lowers it, · adds next to nothing in this model]]"


def draw_movers(told: RiskScore) -> None:
    """What raises the score and what lowers it; of a server that does not say, what it knows."""
    if not explained(told):
        known = [one for one in signals_of(told) if one.words is not None]
        st.markdown("**What is known of it**  \n:small[:gray[This server does not say how much each signal adds]]")
        st.markdown("\n".join(f"- {signal_words(one)}" for one in known) or NO_DATA)
        return
    found = movers(told)
    more = f". The {len(found) - MOST_BARS} smallest are left out" if len(found) > MOST_BARS else ""
    st.markdown(
        "**What raises it, what lowers it**  \n"
        f":small[:gray[Log-odds each signal adds to those of an average change{more}]]"
    )
    rows = [(one.words or "", one.contribution or 0.0) for one in found[:MOST_BARS]]
    figures.show(
        contribution_bars(rows, figures.viewer_palette()), key="risk-signals", table=signal_rows(signals_of(told))
    )


def explained(told: RiskScore) -> bool:
    """Whether the server says what each signal adds."""
    return told.signal_details is not None or told.top_contributions is not None


def draw_all(told: RiskScore) -> None:
    """Every known signal by category, then what is missing."""
    signals = signals_of(told)
    if told.signal_details is not None:
        draw_known(signals)
    draw_missing(signals)


def draw_known(signals: Sequence[Signal]) -> None:
    """A card per category, in columns of about the same length."""
    groups = by_category(signals)
    known = sum(len(group) for group in groups.values())
    st.markdown(f"### {known} of {len(signals)} signals are known")
    st.markdown(LEGEND)
    columns = st.columns(COLUMNS)
    heights = [0] * COLUMNS
    for category, group in groups.items():
        place = heights.index(min(heights))
        heights[place] += len(group) + 2
        with columns[place], st.container(border=True):
            name = cut(category[:1].upper() + category[1:], 60)
            st.markdown(f"**{name}**  \n:small[:gray[{CATEGORY_WORDS.get(category, '')}]]")
            st.markdown("  \n".join(signal_words(one) for one in group))


def signal_words(one: Signal) -> str:
    """A signal with the direction it pushes the score."""
    sign = ":gray[·]" if not one.weighs else ":red[▲]" if (one.contribution or 0) > 0 else ":green[▼]"
    return f"{sign} {cut(one.words or '')}" if one.contribution is not None else cut(one.words or "")


def draw_missing(signals: Sequence[Signal]) -> None:
    """What is not known, and which data would tell; unknown is not safe."""
    groups = missing(signals)
    if not groups:
        return
    with st.container(border=True):
        st.markdown("**Not known**  \n:small[:gray[Unknown counts as average, which is not the same as safe]]")
        st.markdown("\n".join(f"- {missing_words(reason, names)}" for reason, names in groups.items()))


def missing_words(reason: str | None, names: Sequence[str]) -> str:
    """Unknown signals, and the data that would tell them."""
    told = cut(reason.removeprefix("Unknown; "), 300) if reason else "this server does not know it."
    listed = cut(", ".join(names), 400)
    return f"**{listed[:1].upper() + listed[1:]}**: {told}"
