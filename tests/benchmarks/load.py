"""Requests as fast as a server answers them: one process serves, another asks over kept-alive connections."""

import asyncio
import contextlib
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Rate:
    """What one round of asking found."""

    per_second: float
    p50_ms: float
    p99_ms: float
    failures: int


@contextlib.contextmanager
def process(script: str, *arguments: str) -> Iterator[str]:
    """Run a module of this package that serves on the port it is given first; yields its base URL."""
    with started(script, *arguments) as (url, _):
        yield url


@contextlib.contextmanager
def started(script: str, *arguments: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """The same, with the process itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", script, str(port), *arguments], cwd=ROOT, env=os.environ)
    try:
        wait_for(port, server)
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(port: int, server: subprocess.Popen[bytes], patience_secs: float = 120) -> None:
    """Until the port answers."""
    deadline = time.monotonic() + patience_secs
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended before it answered"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError("the server did not answer")


def asked(url: str, paths: Sequence[str], headers: Mapping[str, str], seconds: float, connections: int = 8) -> Rate:
    """Ask for the paths in turn, on so many connections, for so many seconds."""
    return asyncio.run(_asked(url, paths, headers, seconds, connections))


async def _asked(url: str, paths: Sequence[str], headers: Mapping[str, str], seconds: float, connections: int) -> Rate:
    port = int(url.rpartition(":")[2])
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    requests = [f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode() for path in paths]
    deadline = time.perf_counter() + seconds
    found = await asyncio.gather(
        *(_connection(port, requests[index:] + requests[:index], deadline) for index in range(connections))
    )
    spans = [span for each, _ in found for span in each]
    failures = sum(failed for _, failed in found)
    ordered = sorted(spans)
    return Rate(
        len(spans) / seconds,
        statistics.median(ordered) * 1000,
        ordered[int(0.99 * (len(ordered) - 1))] * 1000,
        failures,
    )


async def _connection(port: int, requests: Sequence[bytes], deadline: float) -> tuple[list[float], int]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    spans: list[float] = []
    failures = 0
    while time.perf_counter() < deadline:
        started = time.perf_counter()
        writer.write(requests[len(spans) % len(requests)])
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        )
        await reader.readexactly(length)
        spans.append(time.perf_counter() - started)
        failures += not head.startswith(b"HTTP/1.1 200")
    writer.close()
    await writer.wait_closed()
    return spans, failures
