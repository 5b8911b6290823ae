"""Tools that send at a steady rate over a bad network: badly now and then, and again whatever was not acknowledged."""

import heapq
import http.client
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.deliveries import Sent

PATH = "/api/ingest/github"
THREADS = 128
PATIENCE_SECS = 30.0
AGAIN_SECS = 1.0
LONGEST_LATE_SECS = 10.0
DRIPS, DRIP_SECS = 5, 0.2
BROKEN_OFF, NOT_AWAITED, DRIPPED, TWICE, LATE = FAULTS = (
    "broken off by the sender",
    "answer not awaited",
    "sent in drips",
    "sent twice",
    "sent out of order",
)


@dataclass(order=True, slots=True)
class _Due:
    at: float
    place: int
    sent: Sent = field(compare=False)
    late: bool = field(compare=False, default=False)


class Senders:
    """Threads that send each delivery at its time, and again until it is acknowledged.

    Attributes:
        acknowledged: keys of what was answered 202.
        taken_secs: of each acknowledgement, from the sending to the answer.
        faults: what the senders did badly, how often.
        again: answers that were no acknowledgement, by status, 0 for none at all.
    """

    def __init__(self, url: str, sent: Sequence[Sent], per_sec: float, share: float) -> None:
        self.acknowledged: set[str] = set()
        self.taken_secs: list[float] = []
        self.faults: Counter[str] = Counter()
        self.again: Counter[int] = Counter()
        self.longest_behind_secs = 0.0
        self._address = (str(urlsplit(url).hostname), int(urlsplit(url).port or 80))
        self._share = share
        self._count = len(sent)
        began = time.monotonic()
        self._waiting = [_Due(began + place / per_sec, place, each) for place, each in enumerate(sent)]
        self._over = False
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._run, args=(random.Random(number),), daemon=True) for number in range(THREADS)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def done(self) -> bool:
        """Whether everything is acknowledged."""
        return len(self.acknowledged) == self._count

    def calm(self) -> None:
        """Send well from now on."""
        self._share = 0.0

    def wait(self, patience_secs: float) -> bool:
        """Until everything is acknowledged and sent as often as it should be; whether that came."""
        deadline = time.monotonic() + patience_secs
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._over = True
        return self.done

    def _run(self, chance: random.Random) -> None:
        connection = http.client.HTTPConnection(*self._address, timeout=PATIENCE_SECS)
        while (due := self._next()) is not None:
            fault = chance.choice(FAULTS) if chance.random() < self._share else None
            if fault == LATE and due.late:
                fault = None
            if fault is not None:
                self._note(fault)
            if fault == LATE:
                self._put(_Due(time.monotonic() + chance.uniform(0, LONGEST_LATE_SECS), due.place, due.sent, True))
            elif fault in (BROKEN_OFF, NOT_AWAITED):
                self._send_and_leave(due.sent, fault)
                self._put(_Due(time.monotonic() + AGAIN_SECS, due.place, due.sent))
            elif not self._send(connection, due.sent, fault == DRIPPED):
                self._put(_Due(time.monotonic() + AGAIN_SECS, due.place, due.sent))
            elif fault == TWICE:
                self._put(_Due(time.monotonic() + chance.uniform(0, LONGEST_LATE_SECS), due.place, due.sent, True))
        connection.close()

    def _next(self) -> _Due | None:
        """What is due next, at its time; None once there is nothing more to do."""
        while True:
            with self._lock:
                now = time.monotonic()
                if self._waiting and self._waiting[0].at <= now:
                    self.longest_behind_secs = max(self.longest_behind_secs, now - self._waiting[0].at)
                    return heapq.heappop(self._waiting)
                if self._over or (self.done and not self._waiting):
                    return None
            time.sleep(0.01)

    def _put(self, due: _Due) -> None:
        with self._lock:
            heapq.heappush(self._waiting, due)

    def _note(self, fault: str) -> None:
        with self._lock:
            self.faults[fault] += 1

    def _send(self, connection: http.client.HTTPConnection, sent: Sent, in_drips: bool) -> bool:
        """Whether it was acknowledged."""
        status, began = 0, time.monotonic()
        try:
            connection.putrequest("POST", PATH)
            for name, value in _headers(sent).items():
                connection.putheader(name, value)
            connection.endheaders()
            for part in _parts(sent.body, DRIPS if in_drips else 1):
                time.sleep(DRIP_SECS if in_drips else 0)
                connection.send(part)
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            connection.close()
        with self._lock:
            if status == http.client.ACCEPTED:
                self.acknowledged.add(sent.key)
                self.taken_secs.append(time.monotonic() - began)
            else:
                self.again[status] += 1
        return status == http.client.ACCEPTED

    def _send_and_leave(self, sent: Sent, fault: str) -> None:
        """Half of it, or all of it without waiting for what is said to it."""
        head = "".join(f"{name}: {value}\r\n" for name, value in _headers(sent).items())
        text = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\n{head}\r\n".encode() + sent.body
        try:
            with socket.create_connection(self._address, PATIENCE_SECS) as connection:
                connection.sendall(text[: len(text) // 2] if fault == BROKEN_OFF else text)
                time.sleep(DRIP_SECS)
        except OSError:
            return


def _headers(sent: Sent) -> dict[str, str]:
    return dict(sent.headers) | {"Content-Length": str(len(sent.body))}


def _parts(body: bytes, count: int) -> list[bytes]:
    size = -(-len(body) // count)
    return [body[start : start + size] for start in range(0, len(body), size)]
