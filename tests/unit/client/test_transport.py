"""Keys, errors, retries and the cache, with a fake web and a fake clock."""

import gc
import math
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import requests
import responses

from koalr_api import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConfigError,
    InternalServerError,
    InvalidArgumentError,
    Koalr,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
)
from tests.contract.bodies import body
from tests.unit.client.conftest import BASE, KEY, NOW, Clock

FLOW = f"{BASE}/api/v1/flow"


def error_body(code: str = "x", message: str = "no") -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "requestId": "req_1", "param": "days"}}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (401, AuthenticationError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (418, APIStatusError),
        (429, RateLimitError),
        (500, InternalServerError),
        (503, InternalServerError),
    ],
)
def test_each_status_has_its_class_with_what_the_body_says(
    koalr: Koalr, web: responses.RequestsMock, status: int, kind: type[APIStatusError]
) -> None:
    web.get(FLOW, status=status, json=error_body(message="days is wrong"))
    with pytest.raises(kind) as caught:
        koalr.metrics.flow()
    assert (caught.value.status, caught.value.code, caught.value.request_id, caught.value.param) == (
        status,
        "x",
        "req_1",
        "days",
    )
    assert "days is wrong" in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"", b"<html>bad gateway</html>", b"[]", b'{"error": "no"}', b'{"error": {"message": 3}}', b"\xff\xfe"]
)
def test_any_error_body_gives_a_readable_error(koalr: Koalr, web: responses.RequestsMock, content: bytes) -> None:
    web.get(FLOW, status=404, body=content)
    with pytest.raises(NotFoundError, match="404 from GET /api/v1/flow"):
        koalr.metrics.flow()


@pytest.mark.parametrize("content", [b"<html></html>", b"", b"[1]", b"null"])
def test_a_200_without_a_json_object_is_no_koalr_api(koalr: Koalr, web: responses.RequestsMock, content: bytes) -> None:
    web.get(FLOW, body=content)
    with pytest.raises(ConfigError, match=r"https://koalr\.test .*no Koalr API"):
        koalr.metrics.flow()


def test_a_redirect_is_not_followed_with_the_key(koalr: Koalr, web: responses.RequestsMock) -> None:
    web.get(FLOW, status=302, headers={"Location": "https://elsewhere.test/"})
    with pytest.raises(ConfigError, match="redirects"):
        koalr.metrics.flow()
    assert len(web.calls) == 1


@pytest.mark.parametrize(
    ("fault", "kind"), [(requests.ConnectionError("x"), APIConnectionError), (requests.Timeout("x"), APITimeoutError)]
)
def test_no_answer_is_a_connection_error_after_the_retries(
    koalr: Koalr, web: responses.RequestsMock, fault: Exception, kind: type[Exception]
) -> None:
    web.get(FLOW, body=fault)
    with pytest.raises(kind):
        koalr.metrics.flow()
    assert len(web.calls) == 3


def test_a_passing_fault_is_retried(koalr: Koalr, web: responses.RequestsMock) -> None:
    web.get(FLOW, status=503)
    web.get(FLOW, json=body("flow"))
    assert koalr.metrics.flow().wip_count == 6


def test_a_wait_longer_than_the_budget_is_an_error_that_says_when(
    koalr: Koalr, web: responses.RequestsMock, clock: Clock
) -> None:
    web.get(FLOW, status=429, headers={"Retry-After": "30"}, json=error_body())
    with pytest.raises(RateLimitError) as caught:
        koalr.metrics.flow()
    assert caught.value.retry_at == NOW + timedelta(seconds=30)
    assert (len(web.calls), clock.seconds) == (1, 0)


def test_a_short_wait_is_waited(koalr: Koalr, web: responses.RequestsMock, clock: Clock) -> None:
    web.get(FLOW, status=429, headers={"Retry-After": "1"})
    web.get(FLOW, json=body("flow"))
    koalr.metrics.flow()
    assert clock.seconds == 1


class TestCache:
    def test_an_answer_is_asked_once_while_fresh(self, koalr: Koalr, web: responses.RequestsMock, clock: Clock) -> None:
        web.get(FLOW, json=body("flow"))
        koalr.metrics.flow()
        clock.seconds = 59
        koalr.metrics.flow()
        assert len(web.calls) == 1
        clock.seconds = 60
        koalr.metrics.flow()
        assert len(web.calls) == 2

    def test_other_parameters_are_another_answer(self, koalr: Koalr, web: responses.RequestsMock) -> None:
        web.get(FLOW, json=body("flow"))
        koalr.metrics.flow(days=7)
        koalr.metrics.flow(days=30)
        koalr.metrics.flow(days=30, team_id="t")
        assert len(web.calls) == 3

    def test_an_outage_is_bridged_with_the_last_good_answer(
        self, koalr: Koalr, web: responses.RequestsMock, clock: Clock
    ) -> None:
        web.get(FLOW, json=body("flow"))
        koalr.metrics.flow()
        web.replace("GET", FLOW, body=requests.ConnectionError("x"))
        clock.seconds = 1000
        found = koalr.metrics.flow()
        assert found.stale
        assert found.age == timedelta(seconds=clock.seconds)
        clock.seconds = 86_500
        with pytest.raises(APIConnectionError):
            koalr.metrics.flow()

    def test_a_refused_key_is_not_bridged(self, koalr: Koalr, web: responses.RequestsMock, clock: Clock) -> None:
        web.get(FLOW, json=body("flow"))
        koalr.metrics.flow()
        web.replace("GET", FLOW, status=401)
        clock.seconds = 100
        with pytest.raises(AuthenticationError):
            koalr.metrics.flow()

    def test_twenty_askers_at_once_cost_one_request(self, koalr: Koalr, web: responses.RequestsMock) -> None:
        together = threading.Barrier(20)

        def ask(_number: int) -> int | None:
            together.wait()
            return koalr.metrics.flow().wip_count

        web.get(FLOW, json=body("flow"))
        with ThreadPoolExecutor(20) as pool:
            assert set(pool.map(ask, range(20))) == {6}
        assert len(web.calls) == 1

    def test_two_keys_have_two_fingerprints(self, koalr: Koalr) -> None:
        other = Koalr("klr_live_" + "b" * 40, base_url=BASE)
        assert koalr._transport.fingerprint != other._transport.fingerprint
        assert KEY not in koalr._transport.fingerprint


@pytest.mark.parametrize("url", ["koalr.test", "ftp://x", "https://user:pw@koalr.test", "https://koalr.test?key=1"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="KOALR_API_URL"):
        Koalr(KEY, base_url=url)


@pytest.mark.parametrize("url", [BASE, BASE + "/", BASE + "/api", BASE + "/api/v1", BASE + "/api/v1/"])
def test_the_address_may_end_in_the_api_path(url: str, web: responses.RequestsMock) -> None:
    web.get(FLOW, json=body("flow"))
    assert Koalr(KEY, base_url=url).metrics.flow().throughput == 18


@pytest.mark.parametrize("days", [0, -1, 1096, True, "30", 1.5])
def test_arguments_out_of_range_are_refused_before_asking(koalr: Koalr, days: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="days must be between 1 and 1095"):
        koalr.metrics.flow(days=days)


def test_without_a_key_the_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KOALR_API_KEY", raising=False)
    with pytest.raises(ConfigError, match="KOALR_API_KEY"):
        Koalr()


def test_a_slug_is_one_path_segment(koalr: Koalr, web: responses.RequestsMock) -> None:
    web.get(f"{BASE}/api/v1/custom-metrics/a%2Fb%3Fc/query", json=body("custom-metric"))
    assert koalr.metrics.custom("a/b?c").unit == "hours"
    with pytest.raises(InvalidArgumentError):
        koalr.metrics.custom("..")


@pytest.mark.parametrize(
    "settings",
    [
        {"cache_ttl_secs": -1},
        {"cache_ttl_secs": float("nan")},
        {"stale_ttl_secs": -5},
        {"retry_budget_secs": -1},
        {"max_retries": -3},
        {"most_bytes": -1},
        {"patience_secs": -1},
        {"timeout_secs": (3, 0)},
        {"timeout_secs": (float("nan"), 3)},
    ],
    ids=str,
)
def test_numbers_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgumentError, match=next(iter(settings))):
        Koalr("klr_live_x", base_url="http://127.0.0.1:1", **settings)


def test_a_slug_is_a_text_with_a_letter() -> None:
    koalr = Koalr("klr_live_x", base_url="http://127.0.0.1:1")
    for slug in (5, " ", "", ".", ".."):
        with pytest.raises(InvalidArgumentError, match="slug"):
            koalr.metrics.custom(slug)  # type: ignore[arg-type]


@pytest.mark.parametrize("timeouts", [(0, 1), (1, -1), (math.inf, 1), (1, 86_401), (math.nan, 1)])
def test_timeouts_no_socket_takes_are_refused(timeouts: tuple[float, float]) -> None:
    with pytest.raises(InvalidArgumentError, match="timeout_secs must be two numbers over 0 and up to a day"):
        Koalr(KEY, timeout_secs=timeouts)


@pytest.mark.parametrize("host", ["a" * 64 + ".test", "a..test", "ä..test", "[::1", "a b", "x:99999", "x:port", "."])
def test_a_host_that_is_none_is_the_address_to_check(host: str) -> None:
    with pytest.raises(ConfigError, match="is not a usable URL; check KOALR_API_URL"):
        Koalr(KEY, base_url=f"http://{host}", max_retries=0).metrics.flow()


def test_a_key_has_one_budget_however_short_its_clients_live(web: responses.RequestsMock, clock: Clock) -> None:
    web.get(FLOW, json=body("flow"))
    for days in (7, 30, 90):
        Koalr(KEY, base_url=BASE, clock=clock).metrics.flow(days=days)
        gc.collect()
    assert Koalr(KEY, base_url=BASE, clock=clock).stats().requests_last_minute == 3


def test_clients_made_at_the_same_time_share_one_budget(clock: Clock) -> None:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for round_number in range(30):
            ready = threading.Barrier(8)

            def make(key: str = f"{KEY}{round_number}", ready: threading.Barrier = ready) -> Koalr:
                ready.wait()
                return Koalr(key, base_url=BASE, clock=clock)

            with ThreadPoolExecutor(8) as pool:
                made = [each.result() for each in [pool.submit(make) for _ in range(8)]]
            assert len({id(koalr._fetcher._desk.budget) for koalr in made}) == 1
    finally:
        sys.setswitchinterval(interval)


def test_a_client_that_keeps_nothing_still_says_what_failed(web: responses.RequestsMock) -> None:
    web.get(FLOW, status=500)
    web.get(FLOW, json=body("flow"))
    koalr = Koalr(KEY, base_url=BASE, most_entries=0, max_retries=0)
    with pytest.raises(InternalServerError):
        koalr.metrics.flow()
    assert koalr.metrics.flow().wip_count == 6
