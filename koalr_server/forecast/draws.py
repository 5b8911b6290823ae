"""Draws of past weeks for simulated ones (pure)."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from koalr_server.forecast.models import SLOTS, Indices, Model

DRAWN_AT_ONCE_WEEKS = 16
FEW_RUNS = 1_000
PERSISTENCE_STEPS = 1 << 16


def draw_weeks(model: Model, weeks: int, runs: int, generator: np.random.Generator) -> Iterator[Indices]:
    """For one coming week after the other, without end: which past week it is like in each run, 0 the latest; shape (runs,).

    Args:
        weeks: how many past weeks there are, at least 1.
    """
    return (_in_blocks if model.block_weeks > 1 else _singly)(model, weeks, runs, generator)


def slots(model: Model, weeks: int) -> Indices:
    """A table to draw from: each past week as often as its share says, exactly where all shares are equal."""
    shares = model.shares(weeks)
    if np.ptp(shares) == 0:
        return np.arange(len(shares))
    wanted = shares * SLOTS
    places = wanted.astype(np.int64)
    most_short = np.argsort(places - wanted, kind="stable")[: SLOTS - int(places.sum())]
    places[most_short] += 1
    return np.repeat(np.arange(len(shares)), places)


def _singly(model: Model, weeks: int, runs: int, generator: np.random.Generator) -> Iterator[Indices]:
    table = slots(model, weeks)
    shape = (DRAWN_AT_ONCE_WEEKS, runs)
    repeating = round(model.persistence * PERSISTENCE_STEPS)
    before: Indices | None = None
    evenly = True
    while True:
        places = _evenly(len(table), shape, generator) if evenly else _freely(len(table), shape, generator)
        evenly = runs <= FEW_RUNS
        chances = generator.integers(0, PERSISTENCE_STEPS, shape, dtype=np.uint16) if repeating else None
        for ahead in range(DRAWN_AT_ONCE_WEEKS):
            drawn = table.take(places[ahead])
            if chances is not None and before is not None:
                # Bit by bit, which takes a fifth of the time of np.where: no processor can guess where chance branches.
                kept = -(chances[ahead] < repeating).astype(drawn.dtype)
                drawn ^= (drawn ^ before) & kept
            before = drawn
            yield drawn


def _freely(places: int, shape: tuple[int, int], generator: np.random.Generator) -> npt.NDArray[np.uint16]:
    # Small integers: most of the time of a long simulation goes into making and moving these.
    return generator.integers(0, places, shape, dtype=np.uint16)


def _evenly(places: int, shape: tuple[int, int], generator: np.random.Generator) -> npt.NDArray[np.uint16]:
    """The same with every place drawn equally often each week, in random order: far less noise, for somewhat more time.

    So the first stretch is drawn, which decides most forecasts, and all of a back-test, whose runs are few.
    """
    runs = shape[1]
    each = ((np.arange(runs) + 0.5) * places / runs).astype(np.uint16)
    return generator.permuted(np.tile(each, (shape[0], 1)), axis=1)


def _in_blocks(model: Model, weeks: int, runs: int, generator: np.random.Generator) -> Iterator[Indices]:
    """Weeks as they followed each other; a history shorter than a block is one block, again and again."""
    known = min(weeks, model.window_weeks)
    length = min(model.block_weeks, known)
    while True:
        oldest = generator.integers(length - 1, known, runs)
        for ahead in range(length):
            yield oldest - ahead
