"""Answers, budget and single flight shared by processes through Redis.

While Redis answers, it counts for all of them. While it is gone, each keeps to its part of the budget: the limit divided by
the processes that were there last. It does so for a window longer, until what each sent meanwhile is counted again.
"""

import math
import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from koalr_api import redis_told
from koalr_api.answer import Answer
from koalr_api.budget import Budget
from koalr_api.job import Exchange
from koalr_api.packed import question_id, unpack
from koalr_api.redis_link import Link
from koalr_api.redis_scripts import ASK, DONE, FORGET, REGISTER
from koalr_api.redis_told import LARGEST_NUMBER, LATEST_SECS, LONGEST_FLIGHT_SECS, number
from koalr_api.shared import Question, Turn
from koalr_api.transport import steady_clock

# Another one would read or count in another way; it gets keys of its own.
VERSION = 1
# As long as Redis has never answered, nobody knows how many share the budget.
ASSUMED_PROCESSES = 4
# A job that was permitted before Redis went goes back to ask again.
AT_ONCE_SECS = 0.01
# Ask; have counted what Redis has not; ask again; leave an answer aside that is none.
MOST_STEPS = 4


class RedisShared:
    """What the processes with one key and address share; see shared.Shared.

    Args:
        fingerprint: of address and key, as transport.Transport has it.
        budget: of the key in this process.
        flight_secs: the longest that a request may take.
        life_secs: an answer older than this is of no use to anybody.
        clock: monotonic seconds; wall_clock: aware now.
    """

    def __init__(
        self,
        link: Link,
        fingerprint: str,
        budget: Budget,
        flight_secs: float,
        life_secs: float,
        clock: Callable[[], float],
        wall_clock: Callable[[], datetime],
    ) -> None:
        self._link = link
        self._prefix = f"koalr:{VERSION}:{fingerprint}"
        self._budget = budget
        self._flight_secs = min(flight_secs, LONGEST_FLIGHT_SECS)
        # JSON has no infinity.
        self._life_secs = min(life_secs, LARGEST_NUMBER)
        self._clock = clock
        self._wall_clock = wall_clock
        self._processes = ASSUMED_PROCESSES
        self._budget.pool()
        self.after_fork()

    def after_fork(self) -> None:
        """In a child process: a process of its own, which has sent nothing."""
        self._process = secrets.token_hex(8)
        self._epoch = ""
        self._alone_until = -math.inf
        self._heard_at = -math.inf
        self._spent = 0
        self._counting: dict[str, float] = {}
        self._lock = threading.Lock()
        self._link.after_fork()

    def ask(self, question: Question) -> Answer | Turn | float:
        """See shared.Shared."""
        ticket = secrets.token_hex(16)
        for _ in range(MOST_STEPS):
            if self._over_part():
                return AT_ONCE_SECS
            told = redis_told.asked(question, self._budget, self._flight_secs, self._life_secs)
            told |= {"ticket": ticket, "process": self._process, "epoch": self._epoch}
            match self._link.run(ASK, self._keys(question), told):
                case None:
                    return self._alone(ticket)
                case [b"epoch", bytes(epoch)]:
                    self._enter(epoch.decode("ascii", "replace"))
                case [b"answer", age, packed]:
                    answer = self._answer(question, number(age), packed)
                    if answer is not None:
                        return answer
                    question = question._replace(accepts_secs=0.0)
                case [b"wait", secs, int(spent), int(processes)]:
                    self._back(spent, processes)
                    return min(max(number(secs), AT_ONCE_SECS), LATEST_SECS)
                case [b"go", at, int(spent), int(processes)]:
                    self._back(spent, processes)
                    self._count(ticket, self._flight_secs)
                    return Turn(ticket, spent, number(at))
        return self._alone(ticket)

    def done(self, question: Question, turn: Turn, exchange: Exchange | None) -> None:
        """See shared.Shared."""
        self._count(turn.ticket, 0.0)
        told, packed = redis_told.ended(question, turn, exchange, self._budget, self._life_secs)
        self._link.run(DONE, self._keys(question), told, packed)

    def forget(self) -> None:
        """See shared.Shared."""
        self._link.run(FORGET, self._keys(), {})

    def _keys(self, question: Question | None = None) -> list[str]:
        names = ["budget", "spends", "processes", "answers", "ages"]
        if question is not None:
            names.append(f"lease:{question_id(question.request)}")
        return [f"{self._prefix}:{name}" for name in names]

    def _answer(self, question: Question, age_secs: float, packed: object) -> Answer | None:
        if age_secs >= min(question.accepts_secs, self._life_secs):
            return None
        now = self._wall_clock()
        return unpack(packed, question.request, now - timedelta(seconds=age_secs), steady_clock(now, self._clock))

    # While Redis is gone, and after

    def _alone(self, ticket: str) -> Turn | float:
        """The desk gave permission; it counts if that came out of this process's part of the budget."""
        self._part_for_a_window()
        self._epoch = ""
        if self._over_part():
            return AT_ONCE_SECS
        self._count(ticket, self._flight_secs)
        return Turn(ticket)

    def _part_for_a_window(self) -> None:
        """Keep to a part from now on: what was sent from here, and of what was left an equal share; equal parts later."""
        now = self._clock()
        self._alone_until = now + self._budget.counted_secs
        first_part = math.inf
        if now < self._heard_at + self._budget.counted_secs:
            left = max(0, self._budget.limit - self._spent)
            first_part = len(self._spends()) + left // self._processes
        self._budget.divide(self._processes, first_part, now)

    def _over_part(self) -> bool:
        """Whether permission was given out of the budget of all, before it was known that it has to be divided."""
        now = self._clock()
        return now < self._alone_until and self._budget.over_part(now)

    def _back(self, spent: int, processes: int) -> None:
        """Redis counts."""
        self._heard_at = self._clock()
        self._spent, self._processes = spent, max(1, processes)
        if self._heard_at >= self._alone_until:
            self._budget.pool()

    def _enter(self, epoch: str) -> None:
        """Have counted what Redis has lost or never heard of."""
        if self._epoch:
            self._part_for_a_window()
        spends = self._spends()
        if not spends or self._link.run(REGISTER, self._keys(), redis_told.counting(spends)) is not None:
            self._epoch = epoch

    def _count(self, ticket: str, flight_secs: float) -> None:
        """Remember a request for as long as it counts."""
        now = self._clock()
        with self._lock:
            self._counting[ticket] = now + flight_secs + self._budget.counted_secs
            if len(self._counting) > 2 * self._budget.limit:
                self._forget_old(now)

    def _spends(self) -> list[tuple[str, float]]:
        now = self._clock()
        with self._lock:
            self._forget_old(now)
            return [(ticket, until - now) for ticket, until in self._counting.items()]

    def _forget_old(self, now: float) -> None:
        self._counting = {ticket: until for ticket, until in self._counting.items() if until > now}
