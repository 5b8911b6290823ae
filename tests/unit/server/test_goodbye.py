"""What a server lets go of when it ends."""

from contextlib import closing

from starlette.testclient import TestClient

from koalr_server.clock import Calendar
from koalr_server.http.app import create_server
from koalr_server.http.service import Service
from koalr_server.http.shared_limits import SharedLimits
from koalr_server.store.database import Database


class Counted(SharedLimits):
    def __init__(self) -> None:
        super().__init__("redis://127.0.0.1:1/0")
        self.closed = 0

    async def close(self) -> None:
        self.closed += 1
        await super().close()


def test_connections_to_redis_end_with_the_server() -> None:
    with closing(Database.in_memory()) as database:
        shared = Counted()
        with TestClient(create_server(Service(database, Calendar()), shared=shared)) as client:
            assert client.get("/api/healthz").status_code == 200
            assert shared.closed == 0
        assert shared.closed == 1
