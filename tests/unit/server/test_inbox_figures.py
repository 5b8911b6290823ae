"""Figures of deliveries: each is counted once, and nobody can make series without end."""

from collections import Counter

from prometheus_client import CollectorRegistry

from koalr_server.inbox.figures import MOST_EVENTS, Figures


def shown(figures: Figures) -> CollectorRegistry:
    registry = CollectorRegistry()
    figures.register(registry)
    return registry


def series(registry: CollectorRegistry, name: str) -> dict[tuple[str, ...], float]:
    """The values of a figure, by its labels in order of their names."""
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == name
    }


def test_deliveries_are_counted_by_source_event_and_outcome() -> None:
    figures = Figures()
    figures.kept("github", "push", new=True, seconds=0.015)
    figures.kept("github", "push", new=False, seconds=0.2)
    figures.kept("opsgenie", "", new=True, seconds=0.015)
    registry = shown(figures)
    assert series(registry, "koalr_inbox_deliveries_total") == {
        ("push", "accepted", "github"): 1,
        ("push", "duplicate", "github"): 1,
        ("", "accepted", "opsgenie"): 1,
    }
    assert series(registry, "koalr_inbox_acknowledgement_seconds_count") == {("github",): 2, ("opsgenie",): 1}
    assert series(registry, "koalr_inbox_acknowledgement_seconds_bucket")["0.02", "github"] == 1


def test_what_was_read_is_counted_by_what_came_of_it() -> None:
    figures = Figures()
    figures.read(Counter({("github", "push", "told"): 3, ("github", "ping", "told_nothing"): 2}))
    figures.read(Counter({("github", "push", "told"): 1}))
    assert series(shown(figures), "koalr_inbox_read_total") == {
        ("push", "told", "github"): 4,
        ("ping", "told_nothing", "github"): 2,
    }


def test_events_beyond_the_first_of_a_source_are_one() -> None:
    figures = Figures()
    for number in range(MOST_EVENTS + 20):
        figures.kept("github", f"event-{number}", new=True, seconds=0.01)
    figures.kept("github", "event-0", new=True, seconds=0.01)
    figures.kept("pagerduty", "", new=True, seconds=0.01)
    found = series(shown(figures), "koalr_inbox_deliveries_total")
    assert len(found) == MOST_EVENTS + 2
    assert found["event-0", "accepted", "github"] == 2
    assert found["other", "accepted", "github"] == 20
    assert found["", "accepted", "pagerduty"] == 1


def test_sources_that_there_are_not_are_one() -> None:
    figures = Figures()
    for name in ("nobody", "nowhere", "x" * 10_000):
        figures.refused(name, "not_found")
    figures.refused("github", "unauthorized")
    assert series(shown(figures), "koalr_inbox_refused_total") == {
        ("not_found", "other"): 3,
        ("unauthorized", "github"): 1,
    }
