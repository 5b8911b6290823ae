"""An API on loopback that enforces a limit in a sliding window, and remembers when it was asked what."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

FLOW = {"cycleTime": 2.4, "throughput": 18, "flowEfficiency": 0.5}


class Limited:
    """What the API did and does.

    Attributes:
        asked: (monotonic seconds, days, key) of every request that was let in; refused: those over the limit.
        latency_secs, status, says_limit: how it answers from now on.
    """

    def __init__(self, limit: int, window_secs: float) -> None:
        self.limit = limit
        self.window_secs = window_secs
        self.latency_secs = 0.0
        self.status = 200
        self.says_limit = True
        self.asked: list[tuple[float, int, str]] = []
        self.refused: list[float] = []
        self.url = ""
        self._lock = threading.Lock()

    def let_in(self, days: int, key: str) -> tuple[bool, int]:
        """Whether a request is let in, and how many are left."""
        with self._lock:
            now = time.monotonic()
            counted = sum(1 for at, _, other in self.asked if at > now - self.window_secs and other == key)
            if counted >= self.limit:
                self.refused.append(now)
                return False, 0
            self.asked.append((now, days, key))
            return True, self.limit - counted - 1

    def most_in_a_window(self) -> int:
        """Requests in the busiest window."""
        times = [at for at, _, _ in self.asked]
        return max(sum(1 for other in times if at - self.window_secs < other <= at) for at in times)

    def days(self) -> list[int]:
        """Which questions were let in, in order."""
        return [days for _, days, _ in self.asked]


@contextmanager
def limited(limit: int = 1000, window_secs: float = 60.0) -> Iterator[Limited]:
    """Serve one."""
    api = Limited(limit, window_secs)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Else head and body, sent apart, cost 40 ms on loopback.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            key = self.headers["X-Koalr-Key"]
            days = int(parse_qs(urlsplit(self.path).query)["days"][0])
            let_in, left = api.let_in(days, key)
            time.sleep(api.latency_secs)
            status = api.status if let_in else 429
            body = FLOW | {"wipCount": days, "key": key}
            self._answer(status, body if status == 200 else {"error": {"code": "x", "message": "no"}}, left)

        def _answer(self, status: int, body: object, left: int) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            if api.says_limit:
                self.send_header("X-RateLimit-Limit", str(api.limit))
                self.send_header("X-RateLimit-Remaining", str(left))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Nowhere."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: object, client_address: object) -> None:
            """A process that was killed left its connection."""

    server = Quiet(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
