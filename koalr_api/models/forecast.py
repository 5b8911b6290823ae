"""Forecasts."""

from dataclasses import dataclass
from datetime import date

from koalr_api.model import Model


@dataclass(frozen=True, slots=True)
class Dates(Model):
    """Dates by confidence."""

    p50: date | None
    """Date met with 50 % confidence."""
    p85: date | None
    """Date met with 85 % confidence."""
    p95: date | None
    """Date met with 95 % confidence."""


@dataclass(frozen=True, slots=True)
class Held(Model):
    """Shares of past forecasts that were done by their date; None if none can be judged."""

    p50: float | None
    """Share of the P50 dates that held, 0 to 1."""
    p85: float | None
    """Share of the P85 dates that held, 0 to 1."""
    p95: float | None
    """Share of the P95 dates that held, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Backtest(Held):
    """How this forecast would have done in the past, made from what was known then."""

    sample_size: int
    """Number of past forecasts judged."""
    plain: Held | None = None
    """The same for plain sampling of the latest weeks."""


@dataclass(frozen=True, slots=True)
class DeliveryForecast(Model):
    """GET /forecast/delivery: when so many items are done."""

    items: int
    """Number of items asked for."""
    team_id: str | None
    """Team asked for, None for all."""
    p50: date | None
    """Date met with 50 % confidence."""
    p85: date | None
    """Date met with 85 % confidence."""
    p95: date | None
    """Date met with 95 % confidence."""
    simulations: int
    """Number of simulated futures."""
    model: str | None = None
    """The model behind the dates."""
    history_weeks: int | None = None
    """Weeks of history drawn from."""
    history_items: int | None = None
    """Number of items finished in them."""
    backtest: Backtest | None = None
    """How such dates held in the past."""
    plain: Dates | None = None
    """What plain sampling of the latest weeks says."""
    reason: str | None = None
    """What is missing, where there are no dates."""


@dataclass(frozen=True, slots=True)
class WeeksToEmpty(Model):
    """Weeks until nothing is open, by confidence."""

    p50: float | None
    """Weeks, with 50 % confidence."""
    p85: float | None
    """Weeks, with 85 % confidence."""


@dataclass(frozen=True, slots=True)
class BacklogForecast(Model):
    """GET /forecast/backlog: open work and how fast it goes down."""

    weekly_throughput_p50: float | None
    """Items per week, plain median of past weeks."""
    weekly_throughput_p85: float | None
    """Items per week, plain 85th percentile of past weeks."""
    backlog_size: int | None
    """Number of items created and not done."""
    weeks_to_empty: WeeksToEmpty
    """Weeks until nothing is open."""
    team_id: str | None = None
    """Team asked for, None for all."""
    throughput_weeks: int | None = None
    """Weeks behind the weekly throughput."""
    simulations: int | None = None
    """Number of simulated futures."""
    model: str | None = None
    """The model behind the weeks."""
    history_weeks: int | None = None
    """Weeks of history drawn from."""
    history_items: int | None = None
    """Number of items finished in them."""
    backtest: Backtest | None = None
    """How such dates held in the past."""
    reason: str | None = None
    """What is missing, where something is None."""
