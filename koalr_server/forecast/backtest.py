"""What each model would have said in the past, and whether it came true (pure; docs/FORECAST.md)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from koalr_server.forecast.draws import draw_weeks
from koalr_server.forecast.models import LONG_WEEKS, SHARES, SHORT_WEEKS, Model, Numbers
from koalr_server.forecast.simulation import weekly_pace
from koalr_server.forecast.weeks import DAYS_PER_WEEK, Counts, on_record, whole_weeks

HORIZONS_WEEKS = (2, 4, 8, 12)
PATIENCE_WEEKS = (12, 12, 24, 36)
"""When a forecast of each horizon is judged: what is not done by then is late. Waiting for the end of each would judge the
quick ones first."""

STEP_WEEKS = 4
LEAST_BUSY_WEEKS = 5
RUNS = 64
STEADY_RUNS = 2_000
"""Enough for figures that do not hang on the draws; RUNS are enough to tell models apart."""

AHEAD_WEEKS = max(PATIENCE_WEEKS)
NEVER = AHEAD_WEEKS * DAYS_PER_WEEK + 1
SEED = 20_250_331
MOST_AT_ONCE = 1_000_000
"""Simulated runs, for the sake of memory."""


@dataclass(frozen=True, slots=True)
class PastForecasts:
    """Forecasts as they would have been made on past mornings, one row each; n rows, m models.

    Attributes:
        models: whose forecasts they are.
        weeks_ago: when each was made, shape (n,).
        horizon_weeks: how long its items take at the mean pace of the twelve weeks before, shape (n,).
        days: days forecast at each of SHARES, the next day being 1, shape (n, m, 3).
        actual: days it took, the same day being 0; NEVER if it was not done when judged, shape (n,).
    """

    models: tuple[Model, ...]
    weeks_ago: Counts
    horizon_weeks: Counts
    days: Counts
    actual: Counts

    def losses(self) -> Numbers:
        """How far each forecast was off: the pinball loss of log(actual ÷ forecast), mean over SHARES; shape (n, m).

        The usual score of quantiles: it is least, in the long run, for the true ones, so it rewards being right and narrow.
        """
        off = np.log(self.actual[:, None, None] + 1.0) - np.log(self.days + 1.0)
        shares = np.array(SHARES)
        found: Numbers = np.maximum(shares * off, (shares - 1) * off).mean(axis=2)
        return found

    def held(self, places: Counts) -> npt.NDArray[np.bool_]:
        """Whether the items were done by each date of the models at `places`, shape (n, 3)."""
        days = self.days[np.arange(len(places)), places]
        done = self.actual[:, None] < NEVER
        found: npt.NDArray[np.bool_] = done & (self.actual[:, None] <= days)
        return found

    def known(self, weeks_ago: int) -> npt.NDArray[np.bool_]:
        """Which had been judged by then."""
        patience = np.array(PATIENCE_WEEKS)[np.searchsorted(HORIZONS_WEEKS, self.horizon_weeks)]
        found: npt.NDArray[np.bool_] = self.weeks_ago - patience >= weeks_ago
        return found


def past_forecasts(
    finished: Sequence[int], models: tuple[Model, ...], longest_ago_weeks: int, runs: int = RUNS
) -> PastForecasts:
    """Every model's forecasts of every fourth week, from what was known then.

    Args:
        finished: items per day up to yesterday, the oldest first.
        longest_ago_weeks: how far back the forecasts begin.
        runs: how many futures each forecast is read from.
    """
    weeks = whole_weeks(finished)
    questions = _questions(weeks, np.array(finished, np.int64), longest_ago_weeks)
    said = [_said(weeks, questions, model, runs) for model in models]
    return PastForecasts(models, questions[:, 0], questions[:, 1], np.stack(said, axis=1), questions[:, 3])


def _questions(weeks: Counts, days: Counts, longest_ago_weeks: int) -> Counts:
    """What could have been asked, and how it went: rows of weeks ago, horizon, items, days it took, weeks known."""
    totals = weeks.sum(axis=1)
    rows = []
    for weeks_ago in range(0, min(longest_ago_weeks, len(weeks) - SHORT_WEEKS) + 1, STEP_WEEKS):
        known = totals[weeks_ago:][: on_record(totals[weeks_ago:])]
        if np.count_nonzero(known[:LONG_WEEKS]) < LEAST_BUSY_WEEKS:
            continue
        pace = known[:SHORT_WEEKS].mean()
        ahead = days[len(days) - weeks_ago * DAYS_PER_WEEK :]
        for horizon, patience in zip(HORIZONS_WEEKS, PATIENCE_WEEKS, strict=True):
            if patience > weeks_ago:
                continue
            items = max(1, round(horizon * pace))
            took = int(np.searchsorted(np.cumsum(ahead[: patience * DAYS_PER_WEEK]), items))
            actual = took if took < patience * DAYS_PER_WEEK else NEVER
            rows.append((weeks_ago, horizon, items, actual, len(known)))
    return np.array(rows, np.int64).reshape(-1, 5)


def _said(weeks: Counts, questions: Counts, model: Model, runs: int) -> Counts:
    """The days of one model, shape (questions, 3).

    One set of draws serves all moments with as many weeks to draw from: only the history they are taken from moves.
    """
    said = np.full((len(questions), len(SHARES)), NEVER, np.int64)
    drawable = np.minimum(questions[:, 4], model.window_weeks)
    for length in np.unique(drawable):
        asked = np.flatnonzero(drawable == length)
        for rows in np.array_split(asked, -(-len(asked) * runs // MOST_AT_ONCE)):
            took = _took(weeks, questions[rows], model, int(length), runs)
            said[rows] = np.quantile(took, model.read_at, axis=1, method="inverted_cdf").T
    return said


def _took(weeks: Counts, questions: Counts, model: Model, known: int, runs: int) -> Counts:
    """Days that simulated runs take, the next day being 1; shape (questions, runs)."""
    by_day = np.cumsum(weeks, axis=1, dtype=np.float64)
    totals = by_day[:, -1]
    speeds = _speeds(model, totals, questions)
    took = np.full((len(questions), runs), NEVER, np.int64)
    # Every run still going, as its place in `took` laid flat: most are done long before the last.
    going = np.arange(took.size)
    left = np.repeat(questions[:, 2].astype(np.float64), runs)
    generator = np.random.Generator(np.random.SFC64(SEED))
    for week, drawn in zip(range(AHEAD_WEEKS), draw_weeks(model, known, runs, generator), strict=False):
        question = going // runs
        past = questions[question, 0] + drawn[going % runs]
        speed = speeds[question, week]
        after = left - totals[past] * speed
        ends = after <= 0
        days = by_day[past[ends], :-1] * speed[ends, None]
        took.flat[going[ends]] = week * DAYS_PER_WEEK + (days < left[ends, None]).sum(axis=1) + 1
        going, left = going[~ends], after[~ends]
        if not len(going):
            break
    return took


def _speeds(model: Model, totals: Numbers, questions: Counts) -> Numbers:
    """What to multiply drawn weeks by, shape (questions, AHEAD_WEEKS)."""
    moments, places = np.unique(questions[:, [0, 4]], axis=0, return_inverse=True)
    found = [weekly_pace(model, totals[ago : ago + known])[:AHEAD_WEEKS] for ago, known in moments]
    return np.array(found)[places]
