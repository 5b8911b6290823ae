"""Answers, budget and single flight shared by processes through Redis.

While Redis answers, it counts for all of them. While it is gone, each keeps to its part of the budget: the limit divided by
the processes that were there last. It does so for a window longer, until what each sent meanwhile is counted again.
"""

import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from koalr_api.answer import Answer
from koalr_api.budget import KEPT_SHARE, LARGEST_LIMIT, Budget
from koalr_api.errors import AuthenticationError
from koalr_api.job import Exchange
from koalr_api.packed import pack, question_id, unpack
from koalr_api.redis_link import Link
from koalr_api.redis_scripts import ASK, DONE, FORGET, REGISTER
from koalr_api.retry import FIRST_PAUSE_SECS, LONGEST_PAUSE_SECS, is_refusal
from koalr_api.shared import Question, Turn
from koalr_api.transport import steady_clock

# Another one would read or count in another way; it gets keys of its own.
VERSION = 1
# As long as Redis has never answered, nobody knows how many share the budget.
ASSUMED_PROCESSES = 4
# A process that sent nothing for so long is taken to have ended.
PRESENCE_SECS = 600.0
# How often what another process has in hand, or a place in the budget, is looked for.
ELSEWHERE_SECS = 0.2
SOONEST_SECS, LATEST_SECS = 0.05, 2.0
AT_ONCE_SECS = 0.01
LONGEST_FLIGHT_SECS = 300.0
IDLE_SECS = 86_400
MOST_ANSWERS = 1024
MOST_BYTES = 64 * 1024 * 1024
# A time in seconds is never larger.
LARGEST_NUMBER = 1e12


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
        self._life_secs = life_secs
        self._clock = clock
        self._wall_clock = wall_clock
        self._processes = ASSUMED_PROCESSES
        self._budget.pool()
        self.after_fork()

    def after_fork(self) -> None:
        """In a child process: a process of its own, which has sent nothing."""
        self._process = secrets.token_hex(8)
        self._epoch = ""
        self._alone_until = 0.0
        self._counting: dict[str, float] = {}
        self._lock = threading.Lock()
        self._link.after_fork()

    def ask(self, question: Question) -> Answer | Turn | float:
        """See shared.Shared."""
        ticket = secrets.token_hex(16)
        for _ in range(3):
            match self._link.run(ASK, self._keys(question), self._asked(question, ticket)):
                case None:
                    return self._alone(ticket)
                case [b"epoch", bytes(epoch)]:
                    if self._enter(epoch.decode("ascii", "replace")):
                        return AT_ONCE_SECS
                case [b"answer", age, packed]:
                    answer = self._unpacked(question, packed, _number(age))
                    if answer is not None:
                        self._back()
                        return answer
                    question = question._replace(accepts_secs=0.0)
                case [b"wait", secs]:
                    self._back()
                    return min(max(_number(secs), AT_ONCE_SECS), LATEST_SECS)
                case [b"go", int(spent), int(processes), at]:
                    self._back()
                    self._processes = max(1, processes)
                    self._count(ticket, self._flight_secs)
                    return Turn(ticket, spent, _number(at))
        return self._alone(ticket)

    def done(self, question: Question, turn: Turn, exchange: Exchange | None) -> None:
        """See shared.Shared."""
        self._count(turn.ticket, 0.0)
        ending, packed = _ending(question, exchange)
        told = self._common(question) | {
            "ticket": turn.ticket,
            "ending": ending,
            "spent": turn.spent,
            "at": turn.at,
            "first_pause": FIRST_PAUSE_SECS,
            "longest_pause": LONGEST_PAUSE_SECS,
            "life": self._life_secs,
            "most_answers": MOST_ANSWERS,
            "most_bytes": MOST_BYTES,
        }
        self._link.run(DONE, self._keys(question), told | _said(exchange, turn), packed)

    def forget(self) -> None:
        """See shared.Shared."""
        self._link.run(FORGET, self._keys(), {})

    def _asked(self, question: Question, ticket: str) -> dict[str, Any]:
        return self._common(question) | {
            "ticket": ticket,
            "process": self._process,
            "epoch": self._epoch,
            "accepts": min(question.accepts_secs, self._life_secs),
            "waiting": question.waiting,
            "flying": self._flight_secs,
            "furthest": LONGEST_FLIGHT_SECS + self._budget.counted_secs,
            "kept_share": KEPT_SHARE,
            "presence": PRESENCE_SECS,
            "elsewhere": ELSEWHERE_SECS,
            "soonest": SOONEST_SECS,
            "latest": LATEST_SECS,
        }

    def _common(self, question: Question) -> dict[str, Any]:
        return {
            "question": question_id(question.request),
            "limit": self._budget.limit,
            "counted": self._budget.counted_secs,
            "idle": IDLE_SECS,
        }

    def _keys(self, question: Question | None = None) -> list[str]:
        names = ["budget", "spends", "processes", "answers", "ages"]
        if question is not None:
            names.append(f"lease:{question_id(question.request)}")
        return [f"{self._prefix}:{name}" for name in names]

    def _unpacked(self, question: Question, packed: object, age_secs: float) -> Answer | None:
        now = self._wall_clock()
        return unpack(packed, question.request, now - timedelta(seconds=age_secs), steady_clock(now, self._clock))

    # While Redis is gone, and after

    def _alone(self, ticket: str) -> Turn | float:
        """The desk gave permission; it counts if that came out of this process's part of the budget."""
        self._part_for_a_window()
        self._epoch = ""
        if self._budget.over_part(self._clock()):
            return ELSEWHERE_SECS
        self._count(ticket, self._flight_secs)
        return Turn(ticket)

    def _part_for_a_window(self) -> None:
        self._alone_until = self._clock() + self._budget.counted_secs
        self._budget.divide(self._processes)

    def _back(self) -> None:
        if self._clock() >= self._alone_until:
            self._budget.pool()

    def _enter(self, epoch: str) -> bool:
        """Have counted what Redis has lost or never heard of; whether it forgot what it knew before."""
        forgot = bool(self._epoch)
        if forgot:
            self._part_for_a_window()
        spends = self._spends()
        if not spends or self._link.run(REGISTER, self._keys(), {"spends": spends, "idle": IDLE_SECS}) is not None:
            self._epoch = epoch
        return forgot

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


def _ending(question: Question, exchange: Exchange | None) -> tuple[str, bytes]:
    """What becomes of the shared answers, and the new one."""
    if exchange is None:
        return "", b""
    if isinstance(exchange.error, AuthenticationError):
        return "forget", b""
    if exchange.error is not None:
        return ("drop" if is_refusal(exchange.error) else ""), b""
    packed = pack(question.request, exchange.answer) if exchange.answer is not None else None
    return ("keep", packed) if packed is not None else ("", b"")


def _said(exchange: Exchange | None, turn: Turn) -> dict[str, Any]:
    """What the server said of the budget."""
    if exchange is None:
        return {}
    told = exchange.told
    said: dict[str, Any] = {"answered": exchange.error is None}
    if told.limit is not None and 1 <= told.limit <= LARGEST_LIMIT:
        said["limit_said"] = told.limit
    if told.remaining is not None and turn.spent:
        said |= {"remaining": told.remaining, "reset": told.reset_secs or 0.0}
    if told.refused:
        said |= {"refused": True, "retry": told.retry_secs or 0.0}
    return said


def _number(raw: object) -> float:
    """A number from Redis; 0 for what is none."""
    try:
        found = float(raw) if isinstance(raw, bytes) else 0.0
    except ValueError:
        return 0.0
    return found if 0 <= found < LARGEST_NUMBER else 0.0
