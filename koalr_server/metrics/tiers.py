"""Performance tiers by the bands of the 2023 DORA report (pure; docs/METRICS.md#tier)."""

from collections.abc import Iterable

TIERS = ("low", "medium", "high", "elite")
HOURS_PER_DAY = 24
MINUTES_PER_DAY = 1440


def frequency_tier(per_day: float | None) -> str | None:
    """At least one a day, a week (7 days), a month (30 days), or less."""
    if per_day is None:
        return None
    return _tier([per_day >= 1, per_day >= 1 / 7, per_day >= 1 / 30])


def lead_time_tier(hours: float | None) -> str | None:
    """Under a day, a week, 30 days, or more."""
    if hours is None:
        return None
    return _tier([hours < days * HOURS_PER_DAY for days in (1, 7, 30)])


def failure_rate_tier(ratio: float | None) -> str | None:
    """Up to 5, 10, 15 per cent, or more."""
    if ratio is None:
        return None
    return _tier([ratio <= 0.05, ratio <= 0.10, ratio <= 0.15])


def restore_tier(minutes: float | None) -> str | None:
    """Under an hour, a day, a week, or more."""
    if minutes is None:
        return None
    return _tier([minutes < 60, minutes < MINUTES_PER_DAY, minutes < 7 * MINUTES_PER_DAY])


def overall_tier(tiers: Iterable[str | None]) -> str | None:
    """The median of the tiers that have data; of two middle ones the worse. None when none has data."""
    ranks = sorted(TIERS.index(tier) for tier in tiers if tier is not None)
    return TIERS[ranks[(len(ranks) - 1) // 2]] if ranks else None


def _tier(reached: list[bool]) -> str:
    for tier, met in zip(("elite", "high", "medium"), reached, strict=True):
        if met:
            return tier
    return "low"
