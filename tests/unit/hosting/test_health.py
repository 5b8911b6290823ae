"""/healthz: what it says, and where."""

import json

import pytest
from starlette.requests import Request
from starlette.responses import Response

from hosting.health import health_routes


@pytest.mark.parametrize(
    ("ready", "said"),
    [(None, "none"), (lambda: True, "ready"), (lambda: False, "not ready")],
    ids=["none", "yes", "no"],
)
def test_it_says_whether_the_embedded_server_is_ready(ready: object, said: str) -> None:
    (route,) = health_routes("", "1.0", ready)  # type: ignore[arg-type]
    answer = route.endpoint(Request({"type": "http"}))
    assert isinstance(answer, Response)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert json.loads(bytes(answer.body)) == {"status": "ok", "version": "1.0", "embeddedServer": said}


def test_it_is_below_the_base_path_and_without_it() -> None:
    assert [route.path for route in health_routes("/metrics", "1.0", None)] == ["/metrics/healthz", "/healthz"]
    assert [route.path for route in health_routes("", "1.0", None)] == ["/healthz"]
