"""Overview: the story in one screen."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd
import streamlit as st

from components import asking, cards, data, figures, filters, states, view
from components.cards import Card
from components.charts.change import Change, what_changed_most
from components.charts.deployments import deployments_per_week
from components.dora_cards import dora_card, dora_tile
from components.filters import Filters
from components.forecast_words import count_of, half_sure_words
from components.format import COUNT, NO_DATA, date_label, day_label, known
from components.frames import weekly_deployments
from components.judgement import Better, few
from components.metrics import DORA_METRICS
from components.noise import dora_doubts
from components.reviews_cards import REVIEWS, hours_card
from components.screen import Fact, Screen
from components.sentences import OVERALL, deployments_heading, dora_sentence
from koalr_api import DeliveryForecast, Dora, Flow, Incident, KoalrError, Page, Reviews

CHART_HEIGHT = 272
# In eighths: Plotly reads its width to three decimals, and draws again where Streamlit tells it more of them.
WIDE_AND_NARROW = (5, 3)
HOURS_PER_DAY = 24


class Answers(NamedTuple):
    """What the page is drawn from; the parts it can do without may be errors."""

    chosen: Filters
    dora: Dora
    flow: Flow | KoalrError
    reviews: Reviews | KoalrError
    incidents: Page[Incident] | KoalrError
    delivery: DeliveryForecast | KoalrError


def ask() -> Answers:
    """Five questions, four of them side by side; how much to forecast depends on the flow."""
    chosen = filters.current()
    asking.announce(
        lambda: data.dora(chosen),
        lambda: data.flow(chosen),
        lambda: data.reviews(chosen),
        lambda: data.incidents(chosen),
    )
    dora, flow = data.dora(chosen), view.attempt(lambda: data.flow(chosen))
    return Answers(
        chosen,
        dora,
        flow,
        view.attempt(lambda: data.reviews(chosen)),
        view.attempt(lambda: data.incidents(chosen)),
        view.attempt(lambda: data.usual_delivery(flow, chosen)),
    )


def draw(told: Answers) -> None:
    """Judgement on top, cause in the middle, outlook below."""
    st.markdown(f"## {dora_sentence(told.dora, doubts_of(told))}", help=OVERALL)
    filters.scope_note(told.dora.scoped_team)
    cards.draw([dora_card(metric, told.dora, doubts_of(told)) for metric in DORA_METRICS])
    left, right = st.columns(WIDE_AND_NARROW)
    with left, st.container(border=True, height="stretch"):
        draw_deployments(told.dora)
    with right, st.container(border=True, height="stretch"):
        draw_changes(told)
    cards.draw(small_cards(told))


def screen(told: Answers) -> Screen:
    """On a wall: the four tiers, deployments per week, and what is now."""
    weeks = told.dora.trend
    return Screen(
        dora_sentence(told.dora, doubts_of(told)),
        [dora_tile(metric, told.dora) for metric in DORA_METRICS],
        "Deployments per week",
        (lambda palette: deployments_per_week(weekly_deployments(weeks), palette)) if weeks else None,
        facts(told),
    )


def draw_deployments(dora: Dora) -> None:
    """Deployments per week."""
    if not dora.trend:
        st.markdown("**Production deployments per week**  \n:small[:gray[This server gives no weekly figures.]]")
        return
    weeks = weekly_deployments(dora.trend)
    explained = (
        "Production deployments per week, of them :red[later failed]. Strong bars: last 4 weeks. \\* week not over"
    )
    st.markdown(f"**{deployments_heading(weeks)}**  \n:small[:gray[{explained}]]")
    figures.show(
        deployments_per_week(weeks, figures.viewer_palette(), height=CHART_HEIGHT),
        key="deployments-per-week",
        table=weeks,
    )


def draw_changes(told: Answers) -> None:
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


def changes(told: Answers) -> list[Change]:
    """Every headline figure that has a value now and before."""
    doubts = doubts_of(told)
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


def doubts_of(told: Answers) -> Mapping[str, str]:
    """Why a change of a DORA metric is not judged."""
    return dora_doubts(told.dora, told.chosen.days, told.incidents)


def review_doubt(reviews: Reviews | KoalrError) -> str:
    """Why a change of the review times is not judged."""
    return "" if isinstance(reviews, KoalrError) else few(reviews.total_reviewed, REVIEWS)


def small_cards(told: Answers) -> list[Card]:
    """Cycle time, first review, the next items, open incidents."""
    return [cycle_card(told.flow), review_card(told.reviews), forecast_card(told.delivery), incident_card(told)]


def failed_card(label: str, definition: str, error: KoalrError) -> Card:
    """No number, and why."""
    return Card(label, NO_DATA, definition, note=states.short_words(error))


def cycle_card(flow: Flow | KoalrError) -> Card:
    """Median time from start to done."""
    definition = "Median time from start to done of the work items, or pull requests, finished in the window."
    if isinstance(flow, KoalrError):
        return failed_card("Cycle time", definition, flow)
    before = flow.previous.cycle_time if flow.previous else None
    return hours_card("Cycle time", in_hours(flow.cycle_time), in_hours(before), definition, "nothing finished")


def review_card(reviews: Reviews | KoalrError) -> Card:
    """Mean time to the first review."""
    definition = "Mean time from ready for review to the first review by another person."
    if isinstance(reviews, KoalrError):
        return failed_card("First review", definition, reviews)
    before = reviews.previous.avg_first_response_time if reviews.previous else None
    return hours_card(
        "First review",
        reviews.avg_first_response_time,
        before,
        definition,
        "no reviews in the data",
        review_doubt(reviews),
    )


def forecast_card(delivery: DeliveryForecast | KoalrError) -> Card:
    """When the next items are done."""
    if isinstance(delivery, KoalrError):
        return failed_card("Next items, 85 % sure", "The date by which four weeks of work are done.", delivery)
    label = f"Next {count_of(delivery.items)}, 85 % sure"
    definition = (
        f"The date by which {count_of(delivery.items)} more are done with 85 % confidence; four weeks of work as a round "
        "number. See Forecast."
    )
    if delivery.p85 is None:
        return Card(label, NO_DATA, definition, note="too little history")
    return Card(label, date_label(delivery.p85), definition, note=half_sure_words(delivery))


def incident_card(told: Answers) -> Card:
    """Incidents not resolved yet."""
    definition = f"Incidents of the last {told.chosen.days} days that are not resolved."
    if isinstance(told.incidents, KoalrError):
        return failed_card("Open incidents", definition, told.incidents)
    note = f"{told.incidents.total} in {told.chosen.days} d"
    return Card("Open incidents", COUNT.text(still_open(told.incidents)), definition, note=note)


def still_open(incidents: Page[Incident]) -> int:
    """How many are not resolved."""
    return sum(1 for incident in incidents.data if incident.resolved_at is None)


def in_hours(days: float | None) -> float | None:
    """Days to hours."""
    return None if days is None else days * HOURS_PER_DAY


def facts(told: Answers) -> list[Fact]:
    """Open incidents, work in progress, the next items."""
    found = []
    if not isinstance(told.incidents, KoalrError):
        found.append(Fact(COUNT.text(still_open(told.incidents)), "incidents open"))
    if not isinstance(told.flow, KoalrError) and told.flow.wip_count is not None:
        found.append(Fact(COUNT.text(told.flow.wip_count), "in progress"))
    if not isinstance(told.delivery, KoalrError) and told.delivery.p85 is not None:
        found.append(Fact(day_label(told.delivery.p85), f"next {COUNT.text(told.delivery.items)}, 85 % sure"))
    return found


view.show(ask, draw, screen)
