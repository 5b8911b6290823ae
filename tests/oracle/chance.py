"""Seeded choices, shared by the random organisation and the random repository."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from tests.oracle.rows import required_instant

T = TypeVar("T")

FIRST_DAY = required_instant("2025-01-06T00:00:00Z")
LAST_DAY = required_instant("2025-04-06T00:00:00Z")
NOWS = tuple(
    required_instant(text) for text in ("2025-03-31T23:59:59Z", "2025-03-31T00:00:00Z", "2025-03-27T12:00:01Z")
)
"""Good moments to ask at: the end of a month, a Monday midnight, the middle of a week. Some events come after."""

DAYS = (1, 7, 30, 45)
"""Good windows to ask for."""

EDGES = tuple(now - timedelta(days=days) for now in NOWS for days in (0, *DAYS, 60))
MONDAYS = tuple(FIRST_DAY + timedelta(weeks=week) for week in range(13))


class Chance:
    """A random.Random with the questions a generator asks."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def maybe(self, probability: float) -> bool:
        return self.random.random() < probability

    def pick(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def some(self, choices: Sequence[T], most: int) -> list[T]:
        return self.random.sample(choices, self.random.randint(0, min(most, len(choices))))

    def between(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def sha(self) -> str:
        return f"{self.random.getrandbits(160):040x}"

    def moment(self) -> datetime:
        """A whole second of the generated quarter, one in four exactly on a window or week edge or a second beside."""
        if self.maybe(0.25):
            return self.pick(EDGES + MONDAYS) + timedelta(seconds=self.between(-1, 1))
        return FIRST_DAY + timedelta(seconds=self.between(0, int((LAST_DAY - FIRST_DAY).total_seconds())))

    def after(self, moment: datetime, hours: float) -> datetime:
        """A moment up to so many hours later, now and then the same second."""
        return moment + timedelta(seconds=self.between(0, int(hours * 3600)) if self.maybe(0.95) else 0)

    def before(self, moment: datetime, hours: float) -> datetime:
        return moment - (self.after(moment, hours) - moment)
