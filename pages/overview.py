"""Overview: the story in one screen."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from components import cards, figures, filters, headlines, panels, view
from components.bars import bars, per_bar
from components.charts.change import Change, what_changed_most
from components.charts.deployments import deployments_per_week
from components.dora_cards import dora_card, dora_tile
from components.format import COUNT, day_label, known
from components.frames import weekly_deployments
from components.headline_cards import review_doubt, small_cards
from components.headlines import Headlines
from components.judgement import Better
from components.metrics import DORA_METRICS
from components.record_words import still_open
from components.screen import Fact, Screen
from components.sentences import OVERALL, deployments_heading, dora_sentence
from koalr_api import Dora, KoalrError

CHART_HEIGHT = 272


def ask() -> Headlines:
    """The figures of the chosen window."""
    return headlines.ask(filters.current())


def draw(told: Headlines) -> None:
    """Judgement on top, cause in the middle, outlook below."""
    st.markdown(f"## {dora_sentence(told.dora, told.doubts)}", help=OVERALL)
    filters.scope_note(told.dora.scoped_team)
    cards.draw([dora_card(metric, told.dora, told.doubts) for metric in DORA_METRICS])
    left, right = panels.wide_and_narrow()
    with left:
        draw_deployments(told.dora)
    with right:
        draw_changes(told)
    cards.draw(small_cards(told))


def screen(told: Headlines) -> Screen:
    """On a wall: the four tiers, deployments per week, and what is now."""
    weeks = told.dora.trend
    drawn = bars(weekly_deployments(weeks or ()))
    return Screen(
        dora_sentence(told.dora, told.doubts),
        [dora_tile(metric, told.dora) for metric in DORA_METRICS],
        f"Deployments per {per_bar(drawn)}",
        (lambda palette: deployments_per_week(drawn, palette)) if weeks else None,
        facts(told),
    )


def draw_deployments(dora: Dora) -> None:
    """Deployments per week."""
    if not dora.trend:
        st.markdown("**Production deployments per week**  \n:small[:gray[This server gives no weekly figures.]]")
        return
    weeks = weekly_deployments(dora.trend)
    drawn = bars(weeks)
    explained = f"Production deployments per {per_bar(drawn)}, of them :red[later failed]. Strong bars: last 4 weeks. \\* not over"
    st.markdown(f"**{deployments_heading(weeks)}**  \n:small[:gray[{explained}]]")
    figures.show(
        deployments_per_week(drawn, figures.viewer_palette(), height=CHART_HEIGHT),
        key="deployments-per-week",
        table=drawn,
    )


def draw_changes(told: Headlines) -> None:
    """The metrics that moved most."""
    st.markdown("**What changed most**  \n:small[:gray[against the window before]]")
    found = changes(told)
    figures.show(
        what_changed_most(found, figures.viewer_palette(), height=CHART_HEIGHT),
        key="what-changed-most",
        table=change_rows(found),
    )


def change_rows(found: Sequence[Change]) -> pd.DataFrame:
    """The table behind it: metric, now, before, verdict; in API units."""
    return pd.DataFrame([{"metric": c.name, "now": c.now, "before": c.before, "verdict": c.verdict} for c in found])


def changes(told: Headlines) -> list[Change]:
    """Every headline figure that has a value now and before."""
    doubts = told.doubts
    found: list[tuple[str, object, str, Better, str]] = [
        *((each.short_name, told.dora, each.field, each.better, doubts[each.field]) for each in DORA_METRICS),
        ("Cycle time", told.flow, "cycle_time", "down", ""),
        ("Throughput", told.flow, "throughput", "up", ""),
        ("First review", told.reviews, "avg_first_response_time", "down", review_doubt(told.reviews)),
    ]
    rows = []
    for name, answer, field, better, doubt in found:
        if isinstance(answer, KoalrError):
            continue
        now, before = getattr(answer, field), getattr(getattr(answer, "previous", None), field, None)
        if known(now) and known(before) and before:
            rows.append(Change(name, float(now), float(before), better, doubt))
    return rows


def facts(told: Headlines) -> list[Fact]:
    """Open incidents, work in progress, the next items."""
    found = []
    if not isinstance(told.incidents, KoalrError):
        found.append(Fact(COUNT.text(len(still_open(told.incidents.data))), "incidents open"))
    if not isinstance(told.flow, KoalrError) and told.flow.wip_count is not None:
        found.append(Fact(COUNT.text(told.flow.wip_count), "in progress"))
    if not isinstance(told.delivery, KoalrError) and told.delivery.p85 is not None:
        found.append(Fact(day_label(told.delivery.p85), f"next {COUNT.text(told.delivery.items)}, 85 % sure"))
    return found


view.show(ask, draw, screen)
