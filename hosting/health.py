"""Whether the dashboard serves, for probes."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PATH = "/healthz"


def health_routes(base_path: str, version: str, ready: Callable[[], bool] | None) -> list[Route]:
    """Routes that answer 200 with JSON while the dashboard serves, needing no log-in.

    Below the base path, and also without it: a probe on this machine asks the same of every installation.

    Args:
        base_path: "" or like "/metrics".
        ready: whether the embedded server answers; None if there is none.
    """

    def health(_request: Request) -> Response:
        embedded = "none" if ready is None else "ready" if ready() else "not ready"
        body = {"status": "ok", "version": version, "embeddedServer": embedded}
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    return [Route(path, health) for path in dict.fromkeys((base_path + PATH, PATH))]
