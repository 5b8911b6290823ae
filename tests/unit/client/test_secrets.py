"""No way of printing gives the key away; each test tries some."""

import copy
import dataclasses
import json
import logging
import pickle
import pprint
import re
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

import pytest
import requests
import responses

from koalr_api import (
    APIConnectionError,
    APIStatusError,
    BadRequestError,
    ConfigError,
    Koalr,
    KoalrError,
    RateLimitError,
    ResponseValidationError,
)
from koalr_api.secret import Secret
from tests.contract.bodies import body
from tests.unit.client.conftest import BASE, KEY, NOW

FLOW = f"{BASE}/api/v1/flow"
FAULTS: dict[str, Callable[[responses.RequestsMock], object]] = {
    "status": lambda web: web.get(FLOW, status=400, json={"error": {"message": f"bad key {KEY}", "code": KEY}}),
    "reason": lambda web: web.get(FLOW, status=500, body=KEY, headers={"X-Request-Id": KEY}),
    "not json": lambda web: web.get(FLOW, body=f"<html>{KEY}</html>"),
    "redirect": lambda web: web.get(FLOW, status=301, headers={"Location": f"https://x/{KEY}"}),
    "misfit": lambda web: web.get(FLOW, json=body("flow") | {"cycleTime": KEY}),
    "connection": lambda web: web.get(FLOW, body=requests.ConnectionError(f"header {KEY}")),
    "timeout": lambda web: web.get(FLOW, body=requests.ReadTimeout(f"header {KEY}")),
    "url": lambda web: web.get(FLOW, body=requests.exceptions.InvalidURL(KEY)),
}


def frames(error: BaseException | None) -> Iterator[Any]:
    """Every frame an error, its causes and its contexts hold on to."""
    while error is not None:
        trace: TracebackType | None = error.__traceback__
        while trace is not None:
            yield trace.tb_frame
            trace = trace.tb_next
        error = error.__cause__ or error.__context__


def shown(value: Any, depth: int = 4) -> str:
    """What a printer of variables makes of a value: its repr, its attributes and those of what it holds."""
    try:
        texts = [repr(value)]
    except AttributeError:  # half made, as a printer of tracebacks meets it
        texts = []
    if depth and not isinstance(value, (str, bytes, int, type)) and not type(value).__module__.startswith("_pytest"):
        names = [*getattr(value, "__dict__", {}), *(getattr(type(value), "__slots__", ()) or ())]
        texts += [shown(getattr(value, name, None), depth - 1) for name in names]
        if isinstance(value, dict):
            texts += [shown(item, depth - 1) for item in value.values()]
    return "\n".join(texts)


@pytest.mark.parametrize("fault", FAULTS)
def test_in_no_error_and_in_no_variable_its_traceback_shows(
    koalr: Koalr, web: responses.RequestsMock, fault: str
) -> None:
    FAULTS[fault](web)
    with pytest.raises(KoalrError) as caught:
        koalr.metrics.flow()
    error = caught.value
    printed = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert KEY not in printed + str(error) + repr(error) + shown(vars(error))
    ours = [frame for frame in frames(error) if "koalr_api" in frame.f_code.co_filename]
    assert len(ours) > 2
    # The body of an answer is kept to be read, whatever the server wrote into it; it is in no repr.
    depth = 0 if fault == "misfit" else 4
    for frame in ours:
        assert KEY not in "\n".join(shown(value, depth) for value in frame.f_locals.values()), frame


@pytest.mark.parametrize("fault", FAULTS)
def test_no_frame_of_the_http_library_stays_with_an_error(
    koalr: Koalr, web: responses.RequestsMock, fault: str
) -> None:
    FAULTS[fault](web)
    with pytest.raises(KoalrError) as caught:
        koalr.metrics.flow()
    files = [frame.f_code.co_filename for frame in frames(caught.value)]
    assert not [
        name for name in files if "site-packages/requests" in name or "urllib3" in name or "http/client" in name
    ]


def test_an_interrupt_leaves_the_frames_that_hold_the_headers(koalr: Koalr, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: object, **_more: object) -> None:
        header = KEY
        raise KeyboardInterrupt(len(header))

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", interrupted)
    with pytest.raises(KeyboardInterrupt) as caught:
        koalr.metrics.flow()
    printed = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "_send" in printed
    assert KEY not in printed


def test_in_no_repr_attribute_or_field_of_a_client(koalr: Koalr, web: responses.RequestsMock) -> None:
    web.get(FLOW, json=body("flow"))
    answer = koalr.metrics.flow()
    for value in (koalr, koalr._transport, koalr._transport.session, answer, answer.answer, koalr.stats()):
        assert KEY not in shown(value) + pprint.pformat(value) + str(value)
    fields = {field.name: getattr(koalr._transport, field.name) for field in dataclasses.fields(koalr._transport)}
    assert KEY not in repr(fields)


def test_a_secret_survives_copies_and_shows_nothing() -> None:
    @dataclasses.dataclass
    class Holder:
        key: Secret

    holder = Holder(Secret(KEY))
    assert KEY not in shown(holder) + repr(dataclasses.asdict(holder)) + repr(copy.deepcopy(holder))
    assert copy.copy(holder.key) == copy.deepcopy(holder.key) == holder.key
    assert {holder.key: 1}[Secret(KEY)] == 1
    assert Secret("a") != Secret("b")
    assert f"{holder.key} {holder.key!s} {holder.key!r}".count(KEY) == 0


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_client_is_not_pickled(koalr: Koalr, protocol: int) -> None:
    for value in (koalr, koalr._transport.api_key, koalr._transport):
        with pytest.raises(TypeError) as caught:
            pickle.dumps(value, protocol)
        assert KEY not in str(caught.value)
    with pytest.raises(TypeError, match="A client is not pickled"):
        pickle.dumps(koalr, protocol)


def test_the_session_of_a_client_can_be_looked_at(koalr: Koalr, web: responses.RequestsMock) -> None:
    web.get(FLOW, json=body("flow"))
    koalr.metrics.flow()
    assert web.calls[0].request.headers["X-Koalr-Key"] == KEY
    assert KEY not in repr(koalr._transport.session.headers) + repr(vars(koalr._transport.session))


def test_in_no_log_line_of_any_library(
    koalr: Koalr, web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    web.get(FLOW, status=503)
    web.get(FLOW, json=body("flow"))
    koalr.metrics.flow()
    ours = [record.getMessage() for record in caplog.records if record.name == "koalr_api"]
    assert re.fullmatch(r"GET /api/v1/flow: \w+ in \d+ ms", ours[0])
    assert re.fullmatch(r"GET /api/v1/flow: 200 in \d+ ms", ours[-1])
    assert KEY not in caplog.text


class TestOnARealConnection:
    @pytest.fixture
    def address(self) -> Iterator[str]:
        """A server that answers the first request and breaks off the second."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            thread = threading.Thread(target=self.serve, args=(listening,))
            thread.start()
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            thread.join(timeout=10)

    def serve(self, listening: socket.socket) -> None:
        content = json.dumps(body("flow")).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n".encode()
        for answer in (head + content, b""):
            connection, _address = listening.accept()
            with connection:
                assert KEY.encode() in connection.recv(65_536)
                connection.sendall(answer)

    def test_no_library_logs_or_keeps_the_key(self, address: str, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        # Other tests may have told it to be quiet, as applications do.
        caplog.set_level(logging.DEBUG, logger="urllib3")
        caplog.set_level(logging.DEBUG, logger="urllib3.connectionpool")
        koalr = Koalr(KEY, base_url=address, max_retries=0)
        assert koalr.metrics.flow().wip_count == 6
        with pytest.raises(APIConnectionError) as caught:
            koalr.metrics.flow(days=7)
        assert {"koalr_api", "urllib3.connectionpool"} <= {record.name for record in caplog.records}
        assert KEY not in caplog.text
        assert KEY not in "\n".join(shown(value) for frame in frames(caught.value) for value in ours(frame))
        assert caught.value.__context__ is None


def ours(frame: Any) -> list[Any]:
    return list(frame.f_locals.values()) if "koalr_api" in frame.f_code.co_filename else []


@pytest.mark.parametrize("key", ["klr_live_a\nb", "klr_live_ä", " klr_live_a", "klr_live_\x00"])
def test_a_key_no_header_can_carry_is_refused_unprinted(key: str) -> None:
    with pytest.raises(ConfigError, match="characters no header can carry") as caught:
        Koalr(key)
    in_ours = [frame for frame in frames(caught.value) if "koalr_api" in frame.f_code.co_filename]
    assert "klr_live" not in str(caught.value)
    assert repr(key) not in "\n".join(shown(value) for frame in in_ours for value in frame.f_locals.values())


def test_a_good_key_is_not_shown_beside_a_bad_address() -> None:
    with pytest.raises(ConfigError, match="KOALR_API_URL") as caught:
        Koalr(KEY, base_url="ftp://x")
    in_ours = [frame for frame in frames(caught.value) if "koalr_api" in frame.f_code.co_filename]
    assert KEY not in "\n".join(shown(value) for frame in in_ours for value in frame.f_locals.values())


def test_texts_in_the_shape_of_a_key_are_left_out_of_every_error() -> None:
    assert str(KoalrError(f"the key {KEY} is bad")) == "the key klr_… is bad"


class TestPickledErrors:
    def test_a_status_error_keeps_what_it_says(self) -> None:
        error = RateLimitError("429", status=429, message="slow", code="c", param="p", request_id="r", retry_at=NOW)
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), vars(again)) == (RateLimitError, "429", vars(error))
        assert isinstance(again, APIStatusError)
        assert again.retry_at == NOW

    def test_a_misfit_keeps_its_path(self) -> None:
        again = copy.copy(pickle.loads(pickle.dumps(ResponseValidationError("text", "data[0].id"))))
        assert (str(again), again.path) == ("text", "data[0].id")


@pytest.mark.parametrize("before", range(470, 500, 7))
def test_a_long_text_of_a_server_is_not_cut_within_the_key(
    koalr: Koalr, web: responses.RequestsMock, before: int
) -> None:
    web.get(FLOW, status=400, json={"error": {"code": "c", "message": "x" * before + KEY}})
    with pytest.raises(BadRequestError) as caught:
        koalr.metrics.flow()
    assert KEY[:20] not in f"{caught.value.message} {caught.value} {vars(caught.value)}"
