"""The OpenAPI description, generated from the code, and a Swagger page that needs no network and no inline script."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response

from koalr_server import VERSION
from koalr_server.http import ingest_description
from koalr_server.http.errors import CODES, ApiError
from koalr_server.http.schemas import ErrorBody

DESCRIPTION = """Engineering metrics of your own data, by the Koalr Public API.

Send a key in `X-Koalr-Key`. Every answer carries `X-RateLimit-Limit`, `X-RateLimit-Remaining` and `X-RateLimit-Reset` (epoch
seconds), and a successful GET an `ETag`. No data is `null`, never 0. Times are ISO 8601 UTC. Every figure is defined in
METRICS.md."""

MEANINGS = {
    400: "Invalid or missing parameters, or a body that does not fit",
    401: "Missing or invalid key",
    403: "The key is valid and may not see this",
    404: "No such team, record or path",
    429: "Too many requests; wait for Retry-After",
    500: "Something failed on the server; the log has the request id",
}
ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody, "description": meaning} for status, meaning in MEANINGS.items()
}
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "What you have, by If-None-Match, is still right"},
}

MOUNT = "/api"
# Everything comes from this server, nothing is inline, nobody may frame the page.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Koalr API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" href="data:,">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
START = """window.ui = SwaggerUIBundle({
  url: new URL("openapi.json", window.location.href).href,
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
"""
ASSETS = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}


def describe(app: FastAPI, taking: bool = False) -> dict[str, Any]:
    """The OpenAPI document: error bodies on every operation, no framework defaults that never happen.

    Args:
        taking: whether deliveries of other tools are taken.
    """
    document = get_openapi(
        title="Koalr API",
        version=VERSION,
        description=DESCRIPTION,
        routes=app.routes,
        servers=[{"url": MOUNT}],
    )
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)
    if taking:
        document["paths"][ingest_description.PATH] = ingest_description.operations()
    return document


def install(app: FastAPI, taking: bool = False) -> None:
    """Serve /openapi.json and /docs below the mount point, open to everyone; `taking` as of describe."""
    document: dict[str, Any] = {}

    async def openapi(request: Request) -> Response:
        if not document:
            document.update(describe(app, taking))
        # Where the API is mounted is for the one who mounts it to say: a dashboard may live below a path.
        return JSONResponse(document | {"servers": [{"url": request.scope.get("root_path") or MOUNT}]})

    async def page(_request: Request) -> Response:
        return _guarded(HTMLResponse(PAGE))

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name == "start.js":
            return _guarded(Response(START, media_type="text/javascript"))
        if name not in ASSETS:
            raise ApiError(404, f"No such file: {name[:80]!r}.")
        return _guarded(FileResponse(_asset_folder() / name, media_type=ASSETS[name]))

    app.add_route("/openapi.json", openapi, include_in_schema=False)
    app.add_route("/docs", page, include_in_schema=False)
    app.add_route("/docs/{name}", asset, include_in_schema=False)


def _asset_folder() -> Path:
    spec = find_spec("fastapi_offline")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "static"


def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


assert set(MEANINGS) <= set(CODES)
