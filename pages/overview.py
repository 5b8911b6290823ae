"""Overview: the story in one screen."""

from collections.abc import Sequence

import streamlit as st

from components import cards, data, figures, filters, states
from components.cards import Card
from components.charts.change import Change, what_changed_most
from components.charts.deployments import deployments_per_week
from components.format import COUNT, NO_DATA, PER_WEEK, Unit, change_text, duration_unit, known, shown
from components.frames import weekly_deployments
from components.metrics import DORA_METRICS, DoraMetric
from components.noise import rate_change_is_noise
from components.sentences import TIER_COLOURS, dora_sentence
from components.tiers import display_unit, tier_of
from koalr_api import Dora, Flow, Incident, Page, Reviews

HOURS_PER_DAY = 24


def render() -> None:
    """Judgement on top, cause in the middle, flow below."""
    chosen = filters.current()
    dora, flow, reviews = data.dora(chosen), data.flow(chosen), data.reviews(chosen)
    st.markdown(f"## {dora_sentence(dora)}")
    filters.scope_note(dora.scoped_team)
    cards.draw([dora_card(metric, dora, chosen.days) for metric in DORA_METRICS])
    left, right = st.columns([2, 1])
    with left, st.container(border=True, height="stretch"):
        draw_deployments(dora)
    with right, st.container(border=True, height="stretch"):
        draw_changes(dora, flow, reviews)
    cards.draw(small_cards(flow, reviews, data.incidents(chosen)))


def dora_card(metric: DoraMetric, dora: Dora, days: int) -> Card:
    """A DORA metric with its tier, change and sparkline."""
    value: float | None = getattr(dora, metric.field)
    before: float | None = getattr(dora.previous, metric.field) if dora.previous else None
    tier = tier_of(metric.field, value)
    unit = display_unit(metric.field, value or before or 0.0)
    noise = metric.field == "change_failure_rate" and rate_change_is_noise(dora, days)
    return Card(
        label=metric.name,
        value=metric.text(value),
        definition=metric.definition,
        change=change_text(value, before, unit),
        before=("within noise" if noise else f"was {metric.text(before)}")
        if before is not None and value is not None
        else None,
        judgement="off" if noise else ("normal" if metric.higher_is_better else "inverse"),
        history=history(dora, metric.field),
        badge=f":{TIER_COLOURS[tier]}-badge[{tier.capitalize()}]" if tier else "",
        note=metric.missing if value is None else None,
    )


def history(dora: Dora, field: str) -> Sequence[float] | None:
    """Weekly values for a sparkline; weeks without data are left out."""
    values = [float(value) for week in dora.trend or () if (value := getattr(week, field)) is not None]
    return values if len(values) > 1 else None


def draw_deployments(dora: Dora) -> None:
    """Deployments per week."""
    st.markdown("**Production deployments per week**")
    st.markdown(":small[:gray[of them :red[later failed]. Strong bars: last 4 weeks. \\* week not over]]")
    if dora.trend:
        figures.show(
            deployments_per_week(weekly_deployments(dora.trend), figures.viewer_palette()), key="deployments-per-week"
        )
    else:
        st.markdown(":small[:gray[This server gives no weekly figures.]]")


def draw_changes(dora: Dora, flow: Flow, reviews: Reviews) -> None:
    """The metrics that moved most."""
    st.markdown("**What changed most**")
    st.markdown(":small[:gray[against the window before]]")
    figures.show(what_changed_most(changes(dora, flow, reviews), figures.viewer_palette()), key="changes")


def changes(dora: Dora, flow: Flow, reviews: Reviews) -> list[Change]:
    """Every headline figure that has a value now and before."""
    chosen = filters.current()
    found = [
        ("Deployments", dora, "deploy_frequency", "up", False),
        ("Lead time", dora, "lead_time", "down", False),
        ("Failure rate", dora, "change_failure_rate", "down", rate_change_is_noise(dora, chosen.days)),
        ("Time to restore", dora, "mttr", "down", False),
        ("Cycle time", flow, "cycle_time", "down", False),
        ("Throughput", flow, "throughput", "up", False),
        ("First review", reviews, "avg_first_response_time", "down", False),
    ]
    rows = []
    for name, answer, field, better, noise in found:
        now, before = getattr(answer, field), getattr(answer.previous, field) if answer.previous else None
        if known(now) and known(before) and before:
            rows.append(Change(name, float(now), float(before), "up" if better == "up" else "down", noise))
    return rows


def small_cards(flow: Flow, reviews: Reviews, incidents: Page[Incident]) -> list[Card]:
    """Cycle time, throughput, first review, open incidents."""
    chosen = filters.current()
    still_open = sum(1 for incident in incidents.data if incident.resolved_at is None)
    return [
        hours_card(
            "Cycle time",
            in_hours(flow.cycle_time),
            in_hours(flow.previous.cycle_time if flow.previous else None),
            "Median time from start to done of the work items, or pull requests, finished in the window.",
        ),
        Card(
            "Throughput",
            shown(flow.throughput, PER_WEEK),
            "Work items, or pull requests, finished per week.",
            change_text(flow.throughput, flow.previous.throughput if flow.previous else None, PER_WEEK),
            judgement="normal",
        ),
        hours_card(
            "First review",
            reviews.avg_first_response_time,
            reviews.previous.avg_first_response_time if reviews.previous else None,
            "Mean time from ready for review to the first review by another person.",
            none="no reviews in the data",
        ),
        Card(
            "Open incidents",
            COUNT.text(still_open),
            f"Incidents of the last {chosen.days} days that are not resolved.",
            note=f"{incidents.total} in {chosen.days} d",
        ),
    ]


def hours_card(label: str, now: float | None, before: float | None, definition: str, none: str | None = None) -> Card:
    """A duration with its change; less is better."""
    unit: Unit = duration_unit(now) if now is not None else COUNT
    if now is None:
        return Card(label, NO_DATA, definition, note=none)
    return Card(label, unit.text(now), definition, change_text(now, before, unit), judgement="inverse")


def in_hours(days: float | None) -> float | None:
    """Days to hours."""
    return None if days is None else days * HOURS_PER_DAY


states.guarded(render)
