"""How long a connection may wait for its client, and who makes room where there are too many (uvicorn's protocol)."""

import asyncio
import resource
from dataclasses import dataclass
from typing import ClassVar

import h11

from koalr_server.http.protocol import OneErrorShape

MOST_CONNECTIONS = 1000
# Files that are no connection of a client: the store, its log, sockets of commands, temporary files.
OTHER_FILES = 200
# What a client takes of an answer while it is waited for, so that it is waited for once more: half a kilobyte a second.
LEAST_TAKEN_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that the server waits for a client, and how many it waits for at a time.

    Attributes:
        head_secs: until line and headers of a request are there, counted from the connection or the answer before.
        body_secs: until its body is there as well. Endpoints give up before this and say so.
        rest_secs: for the rest of a body that nobody needs, so that its sender sees the answer before the end.
        taking_secs: until 16 KiB more of an answer are taken, or all of it.
        connections: open at the same time.
    """

    head_secs: float = 10
    body_secs: float = 35
    rest_secs: float = 5
    taking_secs: float = 30
    connections: int = MOST_CONNECTIONS


class PatientConnection(OneErrorShape):
    """Cuts off who is too slow, whatever they are slow at: uvicorn alone waits for ever for all but the next request.

    Beyond the most connections a new one takes the place of the one that has kept the server waiting longest. An honest
    client sends its request at once, so it is hardly ever that one; one that is being answered never is.
    """

    patience: ClassVar[Patience] = Patience()
    waiting_since = 0.0
    _awaited: str | None = None
    _untaken_bytes = 0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Make room, if there is none."""
        full = len(self.connections) >= self.patience.connections
        super().connection_made(transport)
        if full:
            waiting = [each for each in self.connections if isinstance(each, PatientConnection) and each._awaited]
            min(waiting, key=lambda each: each.waiting_since, default=self)._cut()
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take what came; it may have been what was waited for."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """From now on the next request is waited for, or the rest of this one."""
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        """The client takes its answer more slowly than it is given."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """The client took some."""
        super().resume_writing()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits any more."""
        self._stop_timer()
        super().connection_lost(exc)

    def _watch(self) -> None:
        awaited = self._what_is_awaited()
        if awaited == self._awaited:
            return
        self._stop_timer()
        self._awaited = awaited
        if awaited is not None:
            self.waiting_since = self.loop.time()
            self._wait(awaited)

    def _wait(self, awaited: str) -> None:
        self._untaken_bytes = self.transport.get_write_buffer_size()
        self._timer = self.loop.call_later(getattr(self.patience, f"{awaited}_secs"), self._overdue)

    def _overdue(self) -> None:
        taken_bytes = self._untaken_bytes - self.transport.get_write_buffer_size()
        if self._awaited == "taking" and taken_bytes >= LEAST_TAKEN_BYTES:
            self._wait(self._awaited)
        else:
            self._cut()

    def _what_is_awaited(self) -> str | None:
        """What the client owes, None while the server has to work."""
        if self.transport.is_closing() or self.flow.write_paused:
            return "taking"
        if self.conn.their_state is h11.IDLE:
            return "head"
        if self.conn.their_state is h11.SEND_BODY:
            return "rest" if self.cycle.response_complete else "body"
        return None

    def _cut(self) -> None:
        """End it without waiting for what is not sent yet: who takes nothing would never let it end."""
        self._stop_timer()
        self.connections.discard(self)
        self.transport.abort()

    def _stop_timer(self) -> None:
        self._awaited = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def patience_of_this_process() -> Patience:
    """The usual patience, with as many connections as the system lets this process have; asks it for what they take."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return Patience()
    return Patience(connections=max(1, min(MOST_CONNECTIONS, soft - OTHER_FILES)))
