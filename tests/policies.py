"""How other caches would serve the same viewers from the same server: on the virtual clock, by what each of them does.

Both keep an answer for 60 s and ask again when somebody comes after that; what failed is not kept and shown to whoever
asked. They differ in who waits for whom. `cachetools.TTLCache` is the real one, on the virtual clock. Streamlit reads the
machine's clock, so its policy is followed here and not its code.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable

from cachetools import TTLCache

from koalr_api.job import Exchange
from koalr_api.request import Audience, Request
from tests.virtual import Done, Seen, Server, Time, Value

TTL_SECS = 60.0


def one_lock(_request: Request) -> Hashable:
    """TTLCache as its documentation says to use it with threads: one lock around looking and asking."""
    return "the lock"


def lock_per_question(request: Request) -> Hashable:
    """st.cache_data: viewers of one question wait for the first of them, others do not."""
    return request


class TtlOffice:
    """A cache with a time to live.

    Args:
        lock: the lock a question is asked under.
    """

    def __init__(self, time: Time, server: Server, lock: Callable[[Request], Hashable]) -> None:
        self.time = time
        self.server = server
        self.seen = Seen()
        self._lock = lock
        self._values: TTLCache[Request, Value] = TTLCache(10_000, TTL_SECS, timer=time)
        self._queues: dict[Hashable, deque[tuple[Request, float, Done]]] = defaultdict(deque)

    def ask(self, request: Request, _audience: Audience, done: Done) -> None:
        """One panel of one viewer."""
        lock = self._lock(request)
        queue = self._queues[lock]
        queue.append((request, self.time.now, done))
        if len(queue) == 1:
            self._serve(lock)

    def _serve(self, lock: Hashable) -> None:
        """Those under a lock, one after the other, until one of them has to ask the server."""
        queue = self._queues[lock]
        while queue:
            request, began, done = queue[0]
            value = self._values.get(request)
            if value is None:
                self.server.send(request, lambda exchange: self._done(lock, exchange))
                return
            self._see(value, began, done)
            queue.popleft()
        del self._queues[lock]

    def _done(self, lock: Hashable, exchange: Exchange) -> None:
        request, began, done = self._queues[lock].popleft()
        if exchange.error is None:
            self._values[request] = exchange.value
            self._see(exchange.value, began, done)
        else:
            done()
            self.seen.misses.append((self.time.now, str(exchange.error)))
        self._serve(lock)

    def _see(self, value: Value, began: float, done: Done) -> None:
        done()
        self.seen.values.append((self.time.now, self.time.now - began, self.time.now - value.fetched))
