"""A bad network in front of a server: a relay of TCP that loses, delays and belies a part of the requests that pass."""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Callable

from tests.postgres import free_port

CHUNK_BYTES = 64 * 2**10
LONGEST_DELAY_SECS = 1.0
METHODS = (b"GET ", b"POST ")
BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
# What becomes of a request; the last two have reached the server, and whoever asked does not know.
CUT, REFUSED, DELAYED, CUT_AFTER, REFUSED_AFTER = FAULTS = (
    "cut before it arrived",
    "answered 502, not passed on",
    "delayed",
    "passed on, its answer cut",
    "passed on, its answer made a 502",
)


class Relay:
    """Listens on ports of its own.

    Attributes:
        share: of the requests that suffer a fault, 0 to 1.
        requests: that have passed or not.
        faults: how many of each kind.
    """

    def __init__(self, share: float, chance: random.Random) -> None:
        self.share = share
        self.requests = 0
        self.faults: Counter[str] = Counter()
        self._chance = chance
        self._listening: list[asyncio.Server] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="relay", daemon=True)
        self._thread.start()

    def before(self, port: int) -> int:
        """A port that leads to another one, both on the loopback address; nobody needs to listen there yet."""
        own = free_port()

        async def listen() -> asyncio.Server:
            return await asyncio.start_server(
                lambda reader, writer: self._serve(port, reader, writer), "127.0.0.1", own
            )

        self._listening.append(asyncio.run_coroutine_threadsafe(listen(), self._loop).result())
        return own

    def stop(self) -> None:
        """Pass nothing more on."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        for listening in self._listening:
            listening.close()
        serving = asyncio.all_tasks() - {asyncio.current_task()}
        for each in serving:
            each.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    async def _serve(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        passing = _Passing(self._fault, writer, behind_writer)
        both = [asyncio.create_task(passing.requests(reader)), asyncio.create_task(passing.answers(behind_reader))]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in both:
                each.cancel()
            for side in (writer, behind_writer):
                side.close()

    def _fault(self) -> str | None:
        """What happens to the next request."""
        self.requests += 1
        if self._chance.random() >= self.share:
            return None
        fault = self._chance.choice(FAULTS)
        self.faults[fault] += 1
        return fault


class _Passing:
    """One connection; each way ends when its side ends, or by a fault."""

    def __init__(
        self, fault: Callable[[], str | None], front: asyncio.StreamWriter, behind: asyncio.StreamWriter
    ) -> None:
        self._fault = fault
        self._front = front
        self._behind = behind
        self._of_answer: str | None = None

    async def requests(self, reader: asyncio.StreamReader) -> None:
        """From the front to behind. A client writes the head of a request at once, so that it begins a chunk."""
        while chunk := await _chunk(reader):
            fault = self._fault() if chunk.startswith(METHODS) else None
            if fault == REFUSED:
                self._front.write(BAD_GATEWAY)
            if fault in (CUT, REFUSED):
                return
            if fault == DELAYED:
                await asyncio.sleep(LONGEST_DELAY_SECS)
            if fault in (CUT_AFTER, REFUSED_AFTER):
                self._of_answer = fault
            self._behind.write(chunk)

    async def answers(self, reader: asyncio.StreamReader) -> None:
        """Back."""
        while chunk := await _chunk(reader):
            if self._of_answer == REFUSED_AFTER:
                self._front.write(BAD_GATEWAY)
            if self._of_answer is not None:
                return
            self._front.write(chunk)


async def _chunk(reader: asyncio.StreamReader) -> bytes:
    """What comes next, nothing if the connection has ended."""
    try:
        return await reader.read(CHUNK_BYTES)
    except OSError:
        return b""
