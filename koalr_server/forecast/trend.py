"""How a pace goes on that has been rising or falling (pure)."""

import numpy as np

from koalr_server.forecast.models import Numbers

FITTED_WEEKS = 26
LEAST_WEEKS = 8
# A slope is believed to the degree in which it stands out from its own error, and fades: no team doubles for ever.
DOUBT = 2.0
FADING = 0.95
STEEPEST = 0.05


def weekly_drift(totals: Numbers) -> float:
    """The share by which the pace changes from week to week; 0 where no trend stands out.

    A least-squares line through the last 26 weeks, shrunk by DOUBT × (its standard error ÷ the slope)², at most ±5 %.

    Args:
        totals: items finished per week, the latest first.
    """
    finished = totals[:FITTED_WEEKS][::-1]
    weeks = len(finished)
    if weeks < LEAST_WEEKS or not finished.any():
        return 0.0
    time = np.arange(weeks) - (weeks - 1) / 2
    level = finished.mean()
    slope = float(time @ (finished - level) / (time @ time))
    if slope == 0:
        return 0.0
    left_over = finished - level - slope * time
    error_squared = float(left_over @ left_over) / (weeks - 2) / float(time @ time)
    believed = max(0.0, 1 - DOUBT * error_squared / slope**2)
    return float(np.clip(believed * slope / level, -STEEPEST, STEEPEST))


def pace(totals: Numbers, shares: Numbers, ahead: int) -> Numbers:
    """What to multiply drawn weeks by, per week ahead; shape (ahead,).

    Args:
        totals: items finished per week, the latest first.
        shares: how often each of the latest weeks is drawn: their mean age is what the trend has to make up first.
    """
    age_weeks = float(shares @ np.arange(len(shares))) + 0.5
    faded = np.cumsum(FADING ** np.arange(ahead))
    found: Numbers = np.exp(weekly_drift(totals) * (age_weeks + faded))
    return found
