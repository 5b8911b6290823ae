"""A server of its own process for the benchmarks: the API on a store made to size, and an endpoint that does nothing.

`python -m tests.benchmarks.served PORT FOLDER PULL_REQUESTS KEY`
"""

import sys
from datetime import datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount

from koalr_server.clock import Calendar
from koalr_server.http.app import create_server
from koalr_server.http.service import Service
from koalr_server.keys import ApiKey, key_hash
from tests.benchmarks.organisation import NOW, opened

CONSTANT = b'{"deployFrequency":4.2,"leadTime":18.5,"changeFailureRate":0.04,"mttr":42,"tier":"elite"}'


def main(port: int, folder: Path, pull_requests: int, key: str) -> None:
    """Serve until ended."""
    database = opened(folder, pull_requests)
    own = ApiKey("key_bench", frozenset({"read"}), None, 10_000_000)
    service = Service(database, Calendar(as_of=datetime.fromisoformat(NOW)), extra_keys={key_hash(key): own})
    plain = FastAPI(openapi_url=None)

    @plain.get("/body")
    async def body() -> Response:
        return Response(CONSTANT, media_type="application/json")

    app = Starlette(routes=[Mount("/constant", app=plain), Mount("/", app=create_server(service))])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
