"""What became of deliveries, counted since the start, for Prometheus."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram

from koalr_server.sources.registry import SOURCES

# An event is named by whoever sends it, and each name is a time series for ever.
MOST_EVENTS = 50
OTHER = "other"
ACKNOWLEDGEMENT_BUCKETS_SECS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Figures:
    """Counts by source, event and outcome; without a registry until somebody shows them."""

    def __init__(self) -> None:
        labels: dict[str, Any] = {"labelnames": ["source", "event", "outcome"], "registry": None}
        self._kept = Counter("koalr_inbox_deliveries", "Deliveries acknowledged: accepted or duplicate.", **labels)
        self._read = Counter("koalr_inbox_read", "Deliveries read: told, told_nothing or set_aside.", **labels)
        self._refused = Counter("koalr_inbox_refused", "Deliveries refused.", ["source", "reason"], registry=None)
        self._seconds = Histogram(
            "koalr_inbox_acknowledgement_seconds",
            "Seconds from the first line of a delivery to its acknowledgement.",
            ["source"],
            registry=None,
            buckets=ACKNOWLEDGEMENT_BUCKETS_SECS,
        )
        self._events: dict[str, set[str]] = defaultdict(set)

    def register(self, registry: CollectorRegistry) -> None:
        """Show them."""
        for collector in (self._kept, self._read, self._refused, self._seconds):
            registry.register(collector)

    def kept(self, source: str, event: str, new: bool, seconds: float) -> None:
        """A delivery was acknowledged."""
        self._kept.labels(*self._names(source, event), "accepted" if new else "duplicate").inc()
        self._seconds.labels(_source(source)).observe(seconds)

    def refused(self, source: str, reason: str) -> None:
        """A delivery was refused; what it calls its event was not looked at, for nobody knows who sent it."""
        self._refused.labels(_source(source), reason).inc()

    def read(self, outcomes: Mapping[tuple[str, str, str], int]) -> None:
        """Deliveries were read: how many by source, event and outcome."""
        for (source, event, outcome), deliveries in outcomes.items():
            self._read.labels(*self._names(source, event), outcome).inc(deliveries)

    def _names(self, source: str, event: str) -> Iterable[str]:
        """Source and event as labels: the first events of a source by name, all others as one."""
        name = _source(source)
        known = self._events[name]
        if event not in known and len(known) >= MOST_EVENTS:
            return name, OTHER
        known.add(event)
        return name, event


def _source(name: str) -> str:
    return name if name in SOURCES else OTHER
