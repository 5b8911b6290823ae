"""Whether and when a failed call is tried again."""

import pytest

from koalr_api import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    ConfigError,
    InvalidArgumentError,
    KoalrError,
    ResponseValidationError,
)
from koalr_api.retry import RetryPolicy, backoff_secs, worth_retrying
from tests.unit.client.conftest import NOW

POLICY = RetryPolicy(max_retries=2, budget_secs=2.0)


@pytest.mark.parametrize(
    ("error", "worth"),
    [
        (APIConnectionError("x"), True),
        (APITimeoutError("x"), True),
        (ConfigError("x"), False),
        (InvalidArgumentError("x"), False),
        (ResponseValidationError("x"), False),
        *((APIStatusError("x", status=status), True) for status in (429, 500, 502, 503, 504, 520, 599)),
        *((APIStatusError("x", status=status), False) for status in (400, 401, 403, 404, 408, 418, 425, 501, 505)),
    ],
)
def test_what_another_try_may_help(error: KoalrError, worth: bool) -> None:
    assert worth_retrying(error) is worth
    assert (POLICY.delay_secs(error, 1, 0.0, NOW, 0.0) is not None) is worth


def test_tries_and_time_are_limited() -> None:
    error = APIConnectionError("x")
    assert POLICY.delay_secs(error, 2, 0.0, NOW, 0.0) == 0.25
    assert POLICY.delay_secs(error, 3, 0.0, NOW, 0.0) is None
    assert POLICY.delay_secs(error, 1, 1.875, NOW, 0.0) == 0.125
    assert POLICY.delay_secs(error, 1, 1.876, NOW, 0.0) is None
    assert RetryPolicy(max_retries=0).delay_secs(error, 1, 0.0, NOW, 0.0) is None


def test_a_server_that_says_now_is_still_given_a_moment() -> None:
    assert POLICY.delay_secs(APIStatusError("x", status=429, retry_at=NOW), 1, 0.0, NOW, 0.0) == 0.125


def test_backoff_doubles_with_jitter_and_is_bounded() -> None:
    assert [backoff_secs(attempt, 0.0) for attempt in (1, 2, 3)] == [0.125, 0.25, 0.5]
    assert 0.125 < backoff_secs(1, 0.999) < 0.25
    assert backoff_secs(10**6, 0.999) <= 8
