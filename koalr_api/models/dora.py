"""DORA metrics."""

from dataclasses import dataclass
from datetime import date

from koalr_api.model import Model, Rows


@dataclass(frozen=True, slots=True)
class DoraFigures(Model):
    """DORA metrics of one window."""

    deploy_frequency: float | None
    """Successful production deployments per day."""
    lead_time: float | None
    """Hours, median, from first commit to production."""
    change_failure_rate: float | None
    """Share of production deployments that failed, 0 to 1."""
    mttr: float | None
    """Minutes, mean, to restore service."""
    tier: str | None
    """elite, high, medium or low."""


@dataclass(frozen=True, slots=True)
class DoraWeek(Model):
    """DORA metrics of one ISO week."""

    week_start: date
    """Monday of the week."""
    n: int
    """Successful production deployments."""
    deploy_frequency: float | None
    """Successful production deployments per day."""
    lead_time: float | None
    """Hours, median, from first commit to production."""
    change_failure_rate: float | None
    """Share of production deployments that failed, 0 to 1."""
    mttr: float | None
    """Minutes, mean, to restore service."""
    tier: str | None = None
    """elite, high, medium or low."""
    days: int | None = None
    """Days of the week that have begun, 7 for past weeks."""


@dataclass(frozen=True, slots=True)
class LeadTimeBin(Model):
    """Changes whose lead time lies in [from_hours, to_hours)."""

    from_hours: float
    """Hours, lower edge, included."""
    to_hours: float
    """Hours, upper edge, excluded."""
    changes: int
    """Number of changes in between."""


@dataclass(frozen=True, slots=True)
class LeadTimeDistribution(Model):
    """How lead times spread."""

    changes: int
    """Number of changes with a known lead time."""
    p50: float
    """Hours, median."""
    p85: float
    """Hours, 85th percentile."""
    bins: Rows[LeadTimeBin]
    """Bins of equal factor, from the first filled one to the last."""


@dataclass(frozen=True, slots=True)
class Dora(DoraFigures):
    """GET /metrics/dora."""

    previous: DoraFigures | None = None
    """The window of equal length before this one."""
    trend: Rows[DoraWeek] | None = None
    """Weeks, oldest first."""
    lead_time_distribution: LeadTimeDistribution | None = None
    """How the lead times of the window spread; None also where there are none."""
