"""Redis servers, limited APIs and processes, all ended with the test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from scripts import redis_server as installing
from tests.integration.client.limited import Limited, limited
from tests.integration.client.process import Process
from tests.integration.client.redis_server import RedisServer


@pytest.fixture(scope="session", autouse=True)
def _installed() -> None:
    if installing.missing():
        installing.install()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def serve() -> Iterator[Callable[..., Limited]]:
    with ExitStack() as stack:
        yield lambda *given, **more: stack.enter_context(limited(*given, **more))


@pytest.fixture
def start() -> Iterator[Callable[..., Process]]:
    """Starts a process at an API and a Redis."""
    started: list[Process] = []

    def begin(api: Limited, redis_server: RedisServer, **settings: Any) -> Process:
        found = Process(
            **{"api": api.url, "cache": redis_server.url, "limit": api.limit, "window_secs": api.window_secs} | settings
        )
        started.append(found)
        return found

    yield begin
    for process in started:
        process.kill()
