"""What an answer of GraphQL asks for, and what it holds."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalr_server.sync.github.answer import GraphAnswer, Unsupported
from koalr_server.sync.github.graph import look, read
from koalr_server.sync.github.patience import Reply

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
RESET = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW.timestamp()) + 600)}
DATA: Any = {"node": {"id": "PVT_1"}}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(st.sampled_from(["errors", "data", "type", "message", "extensions", "code"]), children)
    ),
    max_leaves=12,
)


def decided(body: Any, pauses: int = 0, faults: int = 0, **headers: str) -> tuple[str, float]:
    found = look(Reply(200, headers), body, pauses, faults, NOW, lambda: 0.0)
    return found.kind, found.seconds


def failed(kind: str | None = None, message: str = "", data: Any = None, **more: Any) -> Any:
    error = {"message": message, **({"type": kind} if kind else {}), **more}
    return {"data": data, "errors": [error]}


def answer(body: Any, headers: dict[str, str] | None = None) -> GraphAnswer:
    return read(Reply(200, headers or {}), body)


def test_data_without_errors_is_taken() -> None:
    assert decided({"data": DATA}) == ("take", 0)
    assert answer({"data": DATA}) == GraphAnswer(DATA)


@pytest.mark.parametrize("kind", ["RATE_LIMITED", "RATE_LIMIT"])
def test_used_up_points_are_waited_for_until_they_are_renewed(kind: str) -> None:
    found = look(Reply(200, RESET), failed(kind, "API rate limit exceeded"), 0, 0, NOW, lambda: 0.0)
    assert (found.kind, found.seconds, found.why) == ("pause", 601, "The hourly rate limit is used up")
    assert decided(failed(kind)) == ("pause", 60)


def test_a_secondary_limit_is_waited_for_longer_each_time() -> None:
    body = failed(message="You have exceeded a secondary rate limit.")
    assert [decided(body, pauses) for pauses in (0, 1, 2)] == [("pause", 60), ("pause", 120), ("pause", 240)]
    assert decided(body, **{"Retry-After": "90"}) == ("pause", 90)


@pytest.mark.parametrize(
    "body",
    [
        failed(message="Something went wrong while executing your query. This may be the result of a timeout"),
        failed("RESOURCE_LIMITS_EXCEEDED", data=DATA),
        failed("SERVICE_UNAVAILABLE", data=DATA, path=["node"]),
        failed("FORBIDDEN", data=DATA) | {"errors": [{"type": "FORBIDDEN"}, {"message": "timed out"}]},
        {"data": None},
        {"message": "Server Error"},
        [],
        None,
        7,
    ],
)
def test_half_an_answer_is_asked_for_again(body: Any) -> None:
    assert [decided(body, faults=faults) for faults in (0, 3)] == [("again", 1), ("again", 8)]


@pytest.mark.parametrize("kind", ["INSUFFICIENT_SCOPES", "FORBIDDEN"])
@pytest.mark.parametrize("data", [None, DATA])
def test_a_refusal_is_believed_and_what_may_be_seen_is_kept(kind: str, data: Any) -> None:
    body = failed(kind, "The 'projectsV2' field requires one of the following scopes", data)
    assert decided(body) == ("take", 0)
    found = answer(body)
    assert found.data == (data or {})
    (refusal,) = found.refusals
    assert (refusal.status, refusal.said, refusal.single_sign_on) == (403, kind, False)


def test_single_sign_on_is_told_by_a_header_or_in_words() -> None:
    (by_header,) = answer(failed("FORBIDDEN"), {"X-GitHub-SSO": "required; url=x"}).refusals
    (in_words,) = answer(failed("FORBIDDEN", "Resource protected by organization SAML enforcement.")).refusals
    assert by_header.single_sign_on
    assert in_words.single_sign_on


def test_what_is_gone_is_null_and_no_refusal() -> None:
    body = failed("NOT_FOUND", "Could not resolve to a node with the global id of 'PVT_1'", {"node": None})
    assert decided(body) == ("take", 0)
    assert answer(body) == GraphAnswer({"node": None})


@pytest.mark.parametrize("code", ["undefinedType", "undefinedField", "argumentLiteralsIncompatible"])
def test_a_query_that_is_not_understood_is_not_asked_again(code: str) -> None:
    body = {"errors": [{"message": "No such type", "extensions": {"code": code}}]}
    assert decided(body) == ("take", 0)
    with pytest.raises(Unsupported):
        answer(body)


@pytest.mark.parametrize("kind", ["x" * 41, "A B", 7, "é"])
def test_only_a_plain_word_of_an_error_is_repeated(kind: Any) -> None:
    found = look(Reply(200, {}), failed(kind, "a ghs_secret"), 0, 0, NOW, lambda: 0.0)
    assert found.why == "GitHub's GraphQL answered an error"


@given(JSON, st.integers(0, 20), st.integers(0, 20))
def test_no_body_raises_anything_else(body: Any, pauses: int, faults: int) -> None:
    found = look(Reply(200, {}), body, pauses, faults, NOW, lambda: 0.5)
    assert 0 <= found.seconds <= 3900
    if found.kind == "take":
        try:
            assert isinstance(answer(body).data, dict)
        except Unsupported:
            assert isinstance(body["errors"], list)
