"""Custom metrics."""

from dataclasses import dataclass
from datetime import date

from koalr_api.model import Model, Rows


@dataclass(frozen=True, slots=True)
class CustomMetricValue(Model):
    """The value of one window."""

    value: float | None
    """In the metric's unit."""


@dataclass(frozen=True, slots=True)
class CustomMetricWeek(CustomMetricValue):
    """The value of one ISO week."""

    week_start: date
    """Monday of the week."""
    n: int
    """Number of records behind the value."""
    days: int | None = None
    """Days of the week that have begun, 7 for past weeks."""


@dataclass(frozen=True, slots=True)
class CustomMetric(Model):
    """GET /custom-metrics/:slug/query."""

    slug: str
    """Its name in addresses."""
    label: str
    """Its name for people."""
    value: float | None
    """In `unit`."""
    unit: str
    """Such as hours."""
    period: str
    """Such as last_30_days."""
    description: str | None = None
    """What it means, in its author's words."""
    n: int | None = None
    """Number of records behind the value."""
    previous: CustomMetricValue | None = None
    """The window of equal length before this one."""
    trend: Rows[CustomMetricWeek] | None = None
    """Weeks, oldest first."""


@dataclass(frozen=True, slots=True)
class SavedMetric(Model):
    """One row of GET /custom-metrics, which is no part of the documented API."""

    slug: str
    """Its name in addresses."""
    label: str
    """Its name for people."""
    unit: str
    """Unit of its value."""
    description: str | None
    """What it means, in its author's words."""
    team_id: str | None
    """The team whose records it counts, None for all."""
