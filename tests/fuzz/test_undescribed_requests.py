"""Requests nobody described: any method, path, query, header and body bytes get JSON, and never a 5xx."""

import hypothesis
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.asgi import ask
from tests.fuzz.conftest import EXAMPLES, SEED, Fuzzed
from tests.fuzz.test_described_requests import LABELS

PATHS = [f"/api{label.split()[1]}" for label in LABELS]
METHODS = st.sampled_from(
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY", "geT"]
)
# Also halves of surrogate pairs: an ASGI server may hand on what is no text.
TEXT = st.text(st.characters(codec=None), max_size=40)
BODY = st.binary(max_size=300) | st.sampled_from([b'{"prNumber": 1', b"[" * 50_000, b"NaN", b'{"prNumber": 1e999}'])
HEADER = st.tuples(
    st.sampled_from(
        [b"content-type", b"if-none-match", b"cache-control", b"accept-encoding", b"x-koalr-key", b"range"]
    ),
    st.binary(max_size=40) | st.sampled_from([b"*", b"no-cache", b"gzip", b"application/json"]),
)


@st.composite
def bent_paths(draw: st.DrawFn) -> str:
    """A path that was right, with something put into it, or one made of nothing."""
    path = draw(st.sampled_from(["/api/v1/", "/api/docs/", "/api/", "/", *PATHS]))
    at = draw(st.integers(0, len(path)))
    return path[:at] + draw(TEXT) + path[at + draw(st.integers(0, 2)) :]


@hypothesis.seed(SEED)
@settings(max_examples=5 * EXAMPLES, database=None, deadline=None)
@given(
    METHODS,
    st.sampled_from(PATHS) | bent_paths(),
    st.binary(max_size=60),
    st.lists(HEADER, max_size=3),
    BODY,
    st.booleans(),
)
def test_any_request_gets_json_and_no_5xx(
    fuzzed: Fuzzed,
    method: str,
    path: str,
    query: bytes,
    headers: list[tuple[bytes, bytes]],
    body: bytes,
    has_key: bool,
) -> None:
    fuzzed.cases["anything"] += 1
    sent = [(b"x-koalr-key", fuzzed.key.encode()), *headers] if has_key else headers
    answer = ask(fuzzed.app, method, path, query, sent, body)
    if answer.status in (200, 304):
        assert method == "GET" or path == "/api/v1/pr-risk/score"
        return
    assert answer.status in (400, 401, 403, 404, 405)
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert error["requestId"] == answer.headers["x-request-id"]
    assert fuzzed.key not in answer.body.decode()
