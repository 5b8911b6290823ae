"""Which failures are worth another try, and after which pause."""

from datetime import timedelta

import pytest

from koalr_api import (
    APIConnectionError,
    APITimeoutError,
    ConfigError,
    InvalidArgumentError,
    KoalrError,
    ResponseValidationError,
)
from koalr_api.errors import APIStatusError, error_class
from koalr_api.retry import (
    backoff_secs,
    is_outage,
    is_refusal,
    key_pause_secs,
    question_pause_secs,
    told_secs,
    worth_retrying,
)
from tests.unit.client.conftest import NOW

LOST = APIConnectionError("x")


def status_error(status: int, told: float | None = None) -> APIStatusError:
    retry_at = None if told is None else NOW + timedelta(seconds=told)
    return error_class(status)("x", status=status, retry_at=retry_at)


@pytest.mark.parametrize(
    ("error", "worth", "refusal", "outage"),
    [
        (LOST, True, False, True),
        (APITimeoutError("x"), True, False, True),
        (ConfigError("x"), False, False, True),
        (InvalidArgumentError("x"), False, False, False),
        (ResponseValidationError("x"), False, False, False),
        (status_error(429), True, False, False),
        (status_error(401), False, True, True),
        *((status_error(status), False, True, False) for status in (400, 403, 404, 418)),
        *((status_error(status), False, False, False) for status in (408, 425)),
        *((status_error(status), True, False, True) for status in (502, 503, 504)),
        *((status_error(status), True, False, False) for status in (500, 520, 599)),
        *((status_error(status), False, False, False) for status in (501, 505)),
    ],
    ids=lambda value: f"{type(value).__name__} {getattr(value, 'status', '')}" if isinstance(value, Exception) else "",
)
def test_every_failure_is_worth_a_try_or_a_refusal_or_an_outage(
    error: KoalrError, worth: bool, refusal: bool, outage: bool
) -> None:
    assert (worth_retrying(error), is_refusal(error), is_outage(error)) == (worth, refusal, outage)


def test_backoff_doubles_with_jitter_and_is_bounded() -> None:
    assert [backoff_secs(failures, 0.25, 60, 0.0) for failures in (1, 2, 3)] == [0.125, 0.25, 0.5]
    assert 0.125 < backoff_secs(1, 0.25, 60, 0.999) < 0.25
    assert 59 < backoff_secs(10**6, 0.25, 60, 0.999) <= 60


@pytest.mark.parametrize(
    ("error", "failures", "told", "secs"),
    [
        (LOST, 1, None, 0.125),
        (LOST, 3, None, 0.5),
        (LOST, 99, None, 30.0),
        (status_error(404), 1, None, 2.5),
        (status_error(429), 1, 0.0, 0.125),
        (status_error(429), 1, 20.0, 20.0),
        (status_error(429), 99, 20.0, 30.0),
        (status_error(503), 1, 86_400.0, 300.0),
    ],
)
def test_a_question_is_left_alone_as_long_as_asked_and_at_least_for_our_own_pause(
    error: KoalrError, failures: int, told: float | None, secs: float
) -> None:
    assert question_pause_secs(error, failures, told, 0.0) == secs


@pytest.mark.parametrize(
    ("refusals", "told", "secs"), [(1, None, 0.125), (2, None, 0.25), (2, 20.0, 20.0), (99, 20.0, 30.0)]
)
def test_a_key_pauses_longer_with_every_refusal_in_a_row(refusals: int, told: float | None, secs: float) -> None:
    assert key_pause_secs(refusals, told, 0.0) == secs


def test_the_pause_asked_for_counts_from_the_answer_and_is_never_negative() -> None:
    assert told_secs(status_error(503, 7), NOW) == 7
    assert told_secs(status_error(503, -7), NOW) == 0
    assert told_secs(status_error(503), NOW) is None
    assert told_secs(LOST, NOW) is None
    assert told_secs(None, NOW) is None
