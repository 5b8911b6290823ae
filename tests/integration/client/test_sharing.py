"""What clients of one Redis have of each other: answers with their age, until somebody may not see them any more."""

import math
import time

import pytest

from koalr_api import AuthenticationError, Koalr, PermissionDeniedError, View, redis_told
from tests.integration.client.conftest import Connect, Serve
from tests.integration.client.limited import Limited
from tests.integration.client.process import KEY
from tests.integration.client.redis_server import RedisServer

HOUR_SECS = 3600.0


@pytest.fixture
def api(serve: Serve) -> Limited:
    return serve()


@pytest.fixture
def first(connect: Connect, api: Limited, redis_server: RedisServer) -> View:
    return connect(api, redis_server.url)


@pytest.fixture
def second(connect: Connect, api: Limited, redis_server: RedisServer) -> View:
    return connect(api, redis_server.url, clock_ahead_secs=5 * HOUR_SECS)


def test_an_answer_has_its_true_age_whatever_the_clocks_say(api: Limited, first: View, second: View) -> None:
    fetched = first.metrics.flow(days=7)
    time.sleep(0.3)
    found = second.metrics.flow(days=7)
    assert 0.3 <= found.age.total_seconds() < 1.0
    assert found.raw == fetched.raw
    assert (found.fetched_at - fetched.fetched_at).total_seconds() == pytest.approx(5 * HOUR_SECS, abs=0.5)
    assert len(api.asked) == 1


def test_what_others_fetched_costs_nothing_of_the_budget(api: Limited, first: View, second: View) -> None:
    first.metrics.flow(days=7)
    second.metrics.flow(days=7)
    found = second.stats()
    assert (found.requests, found.requests_last_minute, found.shared, found.entries) == (0, 0, 1, 1)


def test_an_old_answer_is_shown_at_once_and_renewed_behind(
    connect: Connect, api: Limited, redis_server: RedisServer
) -> None:
    short, page = (connect(api, redis_server.url, ttl_secs=0.1) for _ in range(2))
    short.metrics.flow(days=7)
    time.sleep(0.3)
    found = page.with_options(patience_secs=2.0, max_age_secs=300.0).metrics.flow(days=7)
    assert found.age.total_seconds() >= 0.3
    deadline = time.monotonic() + 5
    while len(api.asked) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_who_wants_fresh_ones_gets_no_old_one(connect: Connect, api: Limited, redis_server: RedisServer) -> None:
    short, script = (connect(api, redis_server.url, ttl_secs=0.1) for _ in range(2))
    short.metrics.flow(days=7)
    time.sleep(0.2)
    assert script.metrics.flow(days=7).age.total_seconds() < 0.1
    assert len(api.asked) == 2


def test_answers_that_may_stand_in_for_ever_are_shared_too(
    api: Limited, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        with Koalr(
            KEY, base_url=api.url, cache_url=redis_server.url, cache_ttl_secs=math.inf, stale_ttl_secs=math.inf
        ) as koalr:
            koalr.metrics.flow(days=7)
    assert (len(api.asked), caplog.records) == (1, [])


def test_keys_and_addresses_never_see_each_others_data(
    connect: Connect, redis_server: RedisServer, serve: Serve
) -> None:
    api, elsewhere, other_key = serve(), serve(), "klr_live_" + "o" * 40
    clients = [
        connect(api, redis_server.url),
        connect(api, redis_server.url, key=other_key),
        connect(elsewhere, redis_server.url),
    ]
    assert [found.metrics.flow(days=7).raw["key"] for found in clients] == [KEY, other_key, KEY]
    assert (len(api.asked), len(elsewhere.asked)) == (2, 1)


def test_nothing_in_redis_holds_the_key_or_lives_for_ever(first: View, redis_server: RedisServer) -> None:
    # The answers are compressed and the server's own; a server that repeats the key in them tells it everybody anyway.
    first.metrics.flow(days=7)
    with redis_server.opened() as looking:
        names = looking.keys()
        assert len(names) == 5
        assert not [name for name in names if KEY.encode() in name or b"klr" in name]
        held = [*looking.hgetall(names_of(names, b"budget")).values(), *looking.zrange(names_of(names, b"ages"), 0, -1)]
        assert not [value for value in held if b"klr" in value]
        assert all(0 < looking.ttl(name) <= 86_400 for name in names)


def names_of(names: list[bytes], end: bytes) -> bytes:
    return next(name for name in names if name.endswith(b":" + end))


def test_a_refused_key_drops_what_is_shared(api: Limited, first: View, second: View) -> None:
    first.metrics.flow(days=7)
    api.status = 401
    with pytest.raises(AuthenticationError):
        first.metrics.flow(days=9)
    with pytest.raises(AuthenticationError):
        second.metrics.flow(days=7)


def test_a_refused_question_drops_its_answer_and_no_other(api: Limited, first: View, second: View) -> None:
    first.metrics.flow(days=7)
    first.metrics.flow(days=8)
    api.status = 403
    with pytest.raises(PermissionDeniedError):
        first.with_options(max_age_secs=0.0).metrics.flow(days=7)
    with pytest.raises(PermissionDeniedError):
        second.metrics.flow(days=7)
    assert second.metrics.flow(days=8).wip_count == 8


def test_a_button_takes_what_others_fetched_just_now_and_asks_for_what_is_older(
    api: Limited, first: View, second: View
) -> None:
    first.metrics.flow(days=7)
    second.refresh().metrics.flow(days=7)
    assert len(api.asked) == 1
    second.with_options(max_age_secs=0.0).metrics.flow(days=7)
    assert len(api.asked) == 2


def test_forgetting_forgets_what_is_shared(api: Limited, first: View, second: View) -> None:
    first.metrics.flow(days=7)
    first.clear_cache()
    second.metrics.flow(days=7)
    assert len(api.asked) == 2


@pytest.mark.parametrize("bound", [{"MOST_ANSWERS": 2}, {"MOST_BYTES": 350}])
def test_the_oldest_answers_make_room(
    api: Limited, first: View, second: View, bound: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in bound.items():
        monkeypatch.setattr(redis_told, name, value)
    for days in (7, 8, 9):
        first.metrics.flow(days=days)
    for days in (9, 8):
        second.metrics.flow(days=days)
    assert len(api.asked) == 3
    second.metrics.flow(days=7)
    assert len(api.asked) == 4


@pytest.mark.parametrize(
    "packed", [b"", b"\x02foreign", b"\x01" + b"\xff" * 50, b"{}", b"\x01" * 1_000_000], ids=lambda packed: packed[:8]
)
def test_a_foreign_value_in_place_of_an_answer_is_ignored_and_replaced(
    connect: Connect, api: Limited, first: View, second: View, redis_server: RedisServer, packed: bytes
) -> None:
    first.metrics.flow(days=7)
    with redis_server.opened() as looking:
        name = names_of(looking.keys(), b"answers")
        for field in looking.hkeys(name):
            looking.hset(name, field, packed)
    assert second.metrics.flow(days=7).wip_count == 7
    assert connect(api, redis_server.url).metrics.flow(days=7).wip_count == 7
    assert len(api.asked) == 2


def test_an_answer_that_fits_no_model_is_asked_anew(
    api: Limited, first: View, second: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(redis_told, "pack", lambda request, answer: pack(request, answer, {"wipCount": "six"}))
        first.metrics.flow(days=7)
    assert second.metrics.flow(days=7).wip_count == 7
    assert len(api.asked) == 2


def pack(request: object, answer: object, changed: dict[str, object]) -> bytes | None:
    from dataclasses import replace

    from koalr_api.packed import pack as packed

    return packed(request, replace(answer, raw={**answer.raw, **changed}))  # type: ignore


@pytest.mark.parametrize("name", ["budget", "spends", "processes", "answers", "ages"])
def test_a_key_of_another_type_costs_a_warning_and_nothing_else(
    api: Limited, first: View, second: View, redis_server: RedisServer, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    first.metrics.flow(days=7)
    with redis_server.opened() as looking:
        looking.set(names_of(looking.keys(), name.encode()), "something else")
    assert second.metrics.flow(days=8).wip_count == 8
    assert second.metrics.flow(days=9).wip_count == 9
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 1


@pytest.mark.parametrize("value", ["nan", "inf", "-1e300", "x"])
@pytest.mark.parametrize(
    "field", ["limit", "closed_until", "others", "others_at", "background_at", "epoch", "refusals"]
)
def test_nonsense_about_the_budget_holds_nobody_up(
    api: Limited, first: View, second: View, redis_server: RedisServer, field: str, value: str
) -> None:
    first.metrics.flow(days=7)
    with redis_server.opened() as looking:
        looking.hset(names_of(looking.keys(), b"budget"), field, value)
    began = time.monotonic()
    assert second.with_options(patience_secs=2.0).metrics.flow(days=8).wip_count == 8
    assert time.monotonic() - began < 2.0
