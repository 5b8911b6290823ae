"""What an answer of GitHub asks for, by status, headers and text."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalr_server.sync.github.patience import (
    LONGEST_PAUSE_SECS,
    LONGEST_SECONDARY_SECS,
    Reply,
    backoff_secs,
    running_low,
    verdict,
)

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
IN_TEN_MINUTES = str(int(NOW.timestamp()) + 600)
SECONDARY = "You have exceeded a secondary rate limit."


def decided(status: int, text: str = "", pauses: int = 0, faults: int = 0, **headers: str) -> tuple[str, float]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    found = verdict(Reply(status, named, text), pauses, faults, NOW, lambda: 0.0)
    return found.kind, found.seconds


@pytest.mark.parametrize("status", [200, 201, 204, 304])
def test_answers_are_taken(status: int) -> None:
    assert decided(status) == ("take", 0)


@pytest.mark.parametrize("status", [400, 401, 404, 409, 410, 422, 451])
def test_refusals_are_believed(status: int) -> None:
    assert decided(status) == ("refused", 0)


def test_a_plain_403_is_a_missing_permission() -> None:
    assert decided(403, "Resource not accessible", X_RateLimit_Remaining="4000") == ("refused", 0)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_failures_are_asked_again_after_longer_and_longer_waits(status: int) -> None:
    assert [decided(status, faults=faults) for faults in (0, 1, 4)] == [("again", 1), ("again", 2), ("again", 16)]


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(
    ("text", "headers", "seconds"),
    [
        ("API rate limit exceeded", {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": IN_TEN_MINUTES}, 601),
        ("API rate limit exceeded", {"X_RateLimit_Remaining": "0"}, 60),
        ("API rate limit exceeded", {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "1"}, 60),
        ("API rate limit exceeded", {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "9e99"}, LONGEST_PAUSE_SECS),
        (SECONDARY, {}, 60),
        (SECONDARY, {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": IN_TEN_MINUTES}, 60),
        ("You have triggered an abuse detection mechanism.", {}, 60),
        ("", {"Retry_After": "90"}, 90),
        ("", {"Retry_After": "5"}, 60),
        ("", {"Retry_After": "999999"}, LONGEST_PAUSE_SECS),
    ],
)
def test_limits_keep_everybody_waiting(status: int, text: str, headers: dict[str, str], seconds: float) -> None:
    assert decided(status, text, **headers) == ("pause", seconds)


@pytest.mark.parametrize("value", ["", "soon", "-1", "nan", "inf"])
def test_a_limit_without_a_usable_number_waits_the_least_that_github_asks_for(value: str) -> None:
    assert decided(429, Retry_After=value) == ("pause", 60)
    assert decided(403, Retry_After=value) == ("pause", 60)


def test_the_secondary_limit_waits_longer_each_time_up_to_a_quarter_of_an_hour() -> None:
    waits = [decided(403, SECONDARY, pauses=pauses)[1] for pauses in range(8)]
    assert waits[:4] == [60, 120, 240, 480]
    assert waits[-1] == LONGEST_SECONDARY_SECS


@pytest.mark.parametrize(
    ("remaining", "limit", "waits"),
    [("51", "5000", False), ("50", "5000", True), ("3", "60", True), ("4", "60", False), ("0", "0", True)],
)
def test_the_last_of_an_hour_is_left_to_others(remaining: str, limit: str, waits: bool) -> None:
    headers = {
        "X-RateLimit-Remaining": remaining,
        "X-RateLimit-Limit": limit,
        "X-RateLimit-Reset": IN_TEN_MINUTES,
    }
    assert running_low(headers, NOW) == (601 if waits else None)


def test_an_hour_that_is_over_keeps_nobody() -> None:
    past = {"X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "60", "X-RateLimit-Reset": "1"}
    assert running_low(past, NOW) is None
    assert running_low({}, NOW) is None


@given(st.integers(0, 1000), st.floats(0, 1, exclude_max=True))
def test_backing_off_is_bounded_and_jittered(faults: int, drawn: float) -> None:
    assert 0.5 <= backoff_secs(faults, lambda: drawn) <= 60


HEADERS = st.dictionaries(
    st.sampled_from(["Retry-After", "X-RateLimit-Remaining", "X-RateLimit-Limit", "X-RateLimit-Reset"]), st.text()
)


@given(st.integers(100, 599), HEADERS, st.text(), st.integers(0, 12), st.integers(0, 6))
def test_no_answer_makes_it_wait_for_ever_or_fail(
    status: int, headers: dict[str, Any], text: str, pauses: int, faults: int
) -> None:
    found = verdict(Reply(status, headers, text), pauses, faults, NOW, lambda: 0.999)
    assert 0 <= found.seconds <= LONGEST_PAUSE_SECS
    assert (running_low(headers, NOW) or 0) <= LONGEST_PAUSE_SECS
