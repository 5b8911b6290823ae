"""Sends until there is an answer worth having, and keeps everybody waiting where GitHub asks for it."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from koalr_server.sync.gate import Gate
from koalr_server.sync.github.answer import Unanswered
from koalr_server.sync.github.patience import (
    MOST_FAULTS,
    MOST_PAUSES,
    Draw,
    Reply,
    Verdict,
    backoff_secs,
    running_low,
    verdict,
)

Send = Callable[[], Reply | str]
"""One try: the answer, or the sentence why there is none."""
Look = Callable[[Reply, Any, int, int, datetime, Draw], Verdict]
"""What to do about an answer that is taken so far, by its body; arguments as of patience.verdict."""


def take(*_: object) -> Verdict:
    """The status has said all."""
    return Verdict("take")


def no_body(_: str) -> None:
    """For answers that are no JSON."""


class Persistence:
    """Asks again, from several threads.

    Args:
        gate: before every try.
        clock: the current instant.
    """

    def __init__(self, gate: Gate, clock: Callable[[], datetime], draw: Draw) -> None:
        self._gate = gate
        self._clock = clock
        self._draw = draw

    def until_answered(
        self,
        send: Send,
        asked: Callable[[], None],
        look: Look = take,
        parse: Callable[[str], Any] = json.loads,
        most_faults: int = MOST_FAULTS,
    ) -> tuple[Reply, Any]:
        """The answer and its body.

        Args:
            asked: called for every try.
            most_faults: tries that may fail; waits for a limit are no failures.

        Raises:
            Unanswered: every try failed.
            Stopped: the run was called off.
        """
        pauses = faults = 0
        while True:
            self._gate.wait()
            asked()
            reply = send()
            found, body = self._judged(reply, look, parse, pauses, faults)
            if isinstance(reply, Reply) and found.kind in ("take", "refused"):
                return reply, body
            pauses, faults = pauses + (found.kind == "pause"), faults + (found.kind == "again")
            if pauses > MOST_PAUSES or faults >= most_faults:
                raise Unanswered(f"{found.why}, {pauses + faults} times")
            if found.kind == "pause":
                self._gate.close(found.seconds, found.why)
            else:
                self._gate.pause(found.seconds)

    def _judged(
        self, reply: Reply | str, look: Look, parse: Callable[[str], Any], pauses: int, faults: int
    ) -> tuple[Verdict, Any]:
        if isinstance(reply, str):
            return Verdict("again", backoff_secs(faults, self._draw), reply), None
        found, body = self._read(reply, look, parse, pauses, faults)
        if found.kind == "take" and (seconds := running_low(reply.headers, self._clock())) is not None:
            self._gate.close(seconds, "The hourly rate limit is almost used up")
        return found, body

    def _read(
        self, reply: Reply, look: Look, parse: Callable[[str], Any], pauses: int, faults: int
    ) -> tuple[Verdict, Any]:
        found = verdict(reply, pauses, faults, self._clock(), self._draw)
        if found.kind != "take" or reply.status in (204, 304):
            return found, None
        try:
            body = parse(reply.text)
        except (ValueError, RecursionError):
            return Verdict("again", backoff_secs(faults, self._draw), "GitHub's answer broke off or was no JSON"), None
        return look(reply, body, pauses, faults, self._clock(), self._draw), body
