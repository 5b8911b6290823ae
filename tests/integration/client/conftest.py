"""Redis servers, limited APIs and processes, all ended with the test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from koalr_api import View
from scripts import redis_server as installing
from tests.integration.client.limited import Limited, limited
from tests.integration.client.process import Process, client
from tests.integration.client.redis_server import RedisServer

Serve = Callable[..., Limited]
Connect = Callable[..., View]
Start = Callable[..., Process]


@pytest.fixture(scope="session", autouse=True)
def _installed() -> None:
    if lacking := installing.missing():
        pytest.skip(f"needs {' and '.join(lacking)}, which `make redis` installs")


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_server(_running: RedisServer) -> RedisServer:
    """An empty one."""
    with _running.opened() as looking:
        looking.flushall()
    return _running


@pytest.fixture
def mortal_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """One that the test may stop."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda *given, **more: stack.enter_context(limited(*given, **more))


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes a client in this process, with a budget of its own."""
    made: list[View] = []

    def begin(api: Limited, url: str, **settings: Any) -> View:
        made.append(client(api.url, url, **settings))
        return made[-1]

    yield begin
    for found in made:
        found.close()


@pytest.fixture
def start() -> Iterator[Start]:
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
