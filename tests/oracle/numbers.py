"""Exact arithmetic: everything is a Fraction until the answer is written down."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def seconds_between(start: datetime, end: datetime) -> Fraction:
    """Whole seconds from start to end, never below 0."""
    return max(Fraction(0), Fraction(int((end - start).total_seconds())))


def quantile(values: Sequence[Fraction], p: Fraction) -> Fraction | None:
    """Linear interpolation at rank h = p(n - 1), counted from 0. Nothing in, None out."""
    if not values:
        return None
    ordered = sorted(values)
    h = p * (len(ordered) - 1)
    below = h.numerator // h.denominator
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (h - below) * (ordered[above] - ordered[below])


def median(values: Sequence[Fraction]) -> Fraction | None:
    return quantile(values, Fraction(1, 2))


def mean(values: Sequence[Fraction]) -> Fraction | None:
    return sum(values, Fraction(0)) / len(values) if values else None


def ratio(part: Fraction | int, whole: Fraction | int) -> Fraction | None:
    """part / whole, None when there is nothing to divide by."""
    return Fraction(part) / Fraction(whole) if whole else None


def per(value: Fraction | None, unit_secs: int) -> Fraction | None:
    """Seconds in another unit."""
    return None if value is None else value / unit_secs


def written(value: Fraction | None) -> float | None:
    """A number as an answer holds it: 6 decimals."""
    return None if value is None else round(float(value), 6)
