"""Which units a figure can be shown in, and how to get there (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

SECONDS_IN: Mapping[str, int] = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400, "weeks": 604_800}
RATES: Mapping[str, int] = {"per day": 1, "per week": 7}


@dataclass(frozen=True, slots=True)
class Unit:
    """A raw figure times `factor` divided by `divisor`; a rate also divides by the window's days ÷ `per_days`."""

    factor: int = 1
    divisor: int = 1
    per_days: int | None = None

    def shown(self, raw: float | None, days: int) -> float | None:
        """The raw figure of a window of so many days in this unit; None stays None."""
        if raw is None:
            return None
        figure = raw * self.factor / self.divisor
        return figure / (days / self.per_days) if self.per_days else figure


PLAIN = Unit()
SHARES: Mapping[str, Unit] = {"ratio": PLAIN, "percent": Unit(factor=100)}


def units_of(unit: str) -> dict[str, Unit]:
    """The units a quantity can be shown in: a duration in several, anything else in its own."""
    if unit in SECONDS_IN:
        return {name: Unit(divisor=secs) for name, secs in SECONDS_IN.items()}
    return {unit: PLAIN}


def with_rates(units: Mapping[str, Unit]) -> dict[str, Unit]:
    """The same units, and each per day and per week."""
    rates = {
        f"{name} {rate}": Unit(unit.factor, unit.divisor, days)
        for name, unit in units.items()
        for rate, days in RATES.items()
    }
    return {**units, **rates}


def per_row(units: Mapping[str, Unit], one: str) -> dict[str, Unit]:
    """The units of a sum divided by a count, such as `lines per pull request`."""
    return {f"{name} per {one}": unit for name, unit in units.items()}
