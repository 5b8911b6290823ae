"""What the waiting and budget headers say, in every form and none (frozen time: 2026-03-14 12:00 UTC)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalr_api.headers import rate_limit, retry_at
from tests.unit.client.conftest import NOW

EPOCH = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("5", 5),
        (" 5 ", 5),
        ("0.5", 0.5),
        ("007", 7),
        ("86400", 86_400),
        (f"{EPOCH + 20}", 20),
        (f"{EPOCH + 20}.25", 20.25),
        (f"{EPOCH + 20}000", 20),
        ("Sat, 14 Mar 2026 12:00:10 GMT", 10),
        ("Saturday, 14-Mar-26 12:00:10 GMT", 10),
        ("Sat Mar 14 12:00:10 2026", 10),
        ("Sat, 14 Mar 2026 14:00:10 +0200", 10),
        ("2026-03-14T12:00:30Z", 30),
        ("2026-03-14T12:00:30.5Z", 30.5),
        ("2026-03-14T13:00:30+01:00", 30),
        ("2026-03-14T12:00:30", 30),
        ("2026-03-14 12:00:30", 30),
        ("5, 10", 10),
        ("10,5,soon", 10),
        ("-5, 10", 10),
        ("Sat, 14 Mar 2026 12:00:10 GMT, Sat, 14 Mar 2026 12:00:20 GMT", 20),
        ("", None),
        (" ", None),
        (",", None),
        ("soon", None),
        ("5s", None),
        ("+5", None),
        ("-5", None),
        ("-0", None),
        ("1e3", None),
        ("0x10", None),
        ("1_0", None),
        ("inf", None),
        ("Infinity", None),
        ("nan", None),
        ("٣", None),
        ("５", None),
        ("²", None),
        ("5\u00a0", None),
        ("86401", None),
        (f"{EPOCH - 1}", None),
        (f"{EPOCH + 86_401}", None),
        ("9" * 16, None),
        ("9" * 400, None),
        ("1e300", None),
        ("Sat, 14 Mar 1998 12:00:10 GMT", None),
        ("Sat, 14 Mar 2026 12:00:10 +99999999999", None),
        ("2026-99-99", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("0001-01-01T00:00:00+23:59", None),
    ],
)
@pytest.mark.parametrize("name", ["Retry-After", "X-RateLimit-Reset"])
def test_every_form_of_the_waiting_headers(name: str, text: str, seconds: float | None) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert retry_at({name: text}, NOW) == expected


def test_retry_after_counts_before_the_reset_unless_it_is_nonsense() -> None:
    assert retry_at({"Retry-After": "3", "X-RateLimit-Reset": "9"}, NOW) == NOW + timedelta(seconds=3)
    assert retry_at({"Retry-After": "soon", "X-RateLimit-Reset": "9"}, NOW) == NOW + timedelta(seconds=9)
    assert retry_at({}, NOW) is None


@given(text=st.one_of(st.text(), st.text(alphabet="0123456789-+:., TZGMTinfaeE_;")))
def test_no_header_raises_or_names_a_moment_out_of_reach(text: str) -> None:
    moment = retry_at({"Retry-After": text}, NOW)
    assert moment is None or NOW <= moment <= NOW + timedelta(days=1)
    found = rate_limit({"X-RateLimit-Limit": text, "X-RateLimit-Remaining": text}, NOW)
    assert found is None or found.limit is None or 0 < found.limit < 10**9


@pytest.mark.parametrize(
    ("limit", "remaining", "expected"),
    [
        ("60", "59", (60, 59)),
        ("60", "0", (60, 0)),
        ("60", "", (60, None)),
        ("60, 60;w=60", "12", (60, 12)),
        ("100, 60", "70, 12", (60, 12)),
        ("0", "0", (None, 0)),
        ("-1", "5", (None, 5)),
        ("²", "5", (None, 5)),
        ("６０", "5", (None, 5)),
        ("1e3", "5", (None, 5)),
        ("inf", "5.5", None),
        ("9" * 5000, "", None),
        ("", "", None),
    ],
)
def test_every_form_of_the_budget_headers(
    limit: str, remaining: str, expected: tuple[int | None, int | None] | None
) -> None:
    found = rate_limit({"X-RateLimit-Limit": limit, "X-RateLimit-Remaining": remaining}, NOW)
    assert (found and (found.limit, found.remaining)) == expected


def test_the_budget_says_when_it_is_renewed() -> None:
    found = rate_limit({"X-RateLimit-Limit": "60", "X-RateLimit-Reset": f"{EPOCH + 5}"}, NOW)
    assert found
    assert found.reset_at == NOW + timedelta(seconds=5)
