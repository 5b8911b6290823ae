"""The models a forecast is chosen from: which past weeks a coming week is drawn from, and how (pure; docs/FORECAST.md)."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

SLOTS = 4_096
"""Weights are kept as places in a table of this size, so that a draw is one look-up."""

SHORT_WEEKS, LONG_WEEKS = 12, 52
# Shares of the last 4, 12 and 52 weeks in a blend: how well each of them told the pace of the weeks ahead in the public
# repositories of docs/FORECAST.md (a regression of logarithms, rounded).
BLEND = ((4, 0.22), (SHORT_WEEKS, 0.40), (LONG_WEEKS, 0.38))


CONFIDENCES = ("p50", "p85", "p95")
SHARES = (0.50, 0.85, 0.95)
"""The confidences of a forecast, by name and as shares."""

READ_LATER = (0.55, 0.88, 0.96)
"""At which share of the simulated futures the dates of those confidences are read off. Read at the shares themselves, even the
best models were late more often than they said on the public repositories of docs/FORECAST.md: what slows a team down is
seldom in its last weeks."""


@dataclass(frozen=True, slots=True)
class Model:
    """How simulated weeks are drawn from past ones.

    Attributes:
        name: as served.
        window_weeks: how many of the latest weeks may be drawn.
        half_life_weeks: a week this much older is drawn half as often; None: all of the window alike, or as in BLEND.
        blended: drawn as in BLEND.
        persistence: 0 to 1, how often a week repeats the one before it: good and bad weeks come in runs, which plain
            sampling denies. The spread of a long sum grows by √((1 + persistence) ÷ (1 − persistence)).
        block_weeks: so many weeks in a row are drawn together.
        trend: whether the pace goes on rising or falling as it did (see trend.py).
        read_at: the shares of the simulated futures at which the dates of SHARES are read off.
    """

    name: str
    window_weeks: int
    half_life_weeks: float | None = None
    blended: bool = False
    persistence: float = 0.0
    block_weeks: int = 1
    trend: bool = False
    read_at: tuple[float, float, float] = READ_LATER

    def shares(self, weeks: int) -> Numbers:
        """How often each past week is drawn, the latest first; shape (min(weeks, window_weeks),), sum 1.

        Args:
            weeks: how many there are, at least 1.
        """
        age = np.arange(min(weeks, self.window_weeks))
        if self.blended:
            shares = sum(share * (age < span) / min(span, len(age)) for span, share in BLEND)
        elif self.half_life_weeks is not None:
            shares = 0.5 ** (age / self.half_life_weeks)
        else:
            shares = np.ones(len(age))
        found: Numbers = np.asarray(shares / np.sum(shares), np.float64)
        return found


PLAIN = Model("plain", SHORT_WEEKS, read_at=SHARES)
"""Ordinary Monte Carlo: the last twelve weeks, each week on its own. What the others must beat."""

RECENT = Model("recent", LONG_WEEKS, half_life_weeks=6)
BLENDED = Model("blended", LONG_WEEKS, blended=True)

MODELS = (
    PLAIN,
    RECENT,
    BLENDED,
    Model("blocks", LONG_WEEKS, block_weeks=4),
    replace(RECENT, name="recent-persistent", persistence=0.3),
    replace(BLENDED, name="blended-persistent", persistence=0.3),
    replace(BLENDED, name="blended-very-persistent", persistence=0.5),
    Model("trend-persistent", SHORT_WEEKS, persistence=0.3, trend=True),
)
"""From the simplest to the most elaborate."""
