"""Answers as bytes: whole, of this format and question, or none."""

import json
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalr_api import packed as packed_module
from koalr_api.answer import Answer
from koalr_api.packed import FORMAT, pack, question_id, unpack
from koalr_api.request import Request

NOW = datetime(2026, 3, 14, tzinfo=UTC)
QUESTION = Request("POST", "/api/v1/pr-risk/score", (("a", 1),), (("repo", "é"), ("prNumber", 7)))
GOOD = Answer({"text": "é", "list": [1, None]}, NOW, lambda: NOW, scoped_team="t", etag='"1"', size_bytes=40)


def clock() -> datetime:
    return NOW


def packed() -> bytes:
    found = pack(QUESTION, GOOD)
    assert found is not None
    return found


def with_row(**changed: object) -> bytes:
    row = json.loads(zlib.decompress(packed()[1:])) | changed
    return FORMAT + zlib.compress(json.dumps(row).encode())


def test_an_answer_comes_out_as_it_went_in() -> None:
    found = unpack(packed(), QUESTION, NOW, clock)
    assert found is not None
    assert (dict(found.raw), found.scoped_team, found.etag, found.fetched_at) == (dict(GOOD.raw), "t", '"1"', NOW)
    assert found.clock is clock
    assert found.size_bytes > 0


@pytest.mark.parametrize(
    "bytes_",
    [
        b"",
        b"\x02" + packed()[1:],
        packed()[:-1],
        packed() + b"x",
        packed()[:20] + b"\x00" + packed()[21:],
        FORMAT + zlib.compress(b"[" * 100_000),
        FORMAT + zlib.compress(b"7"),
        FORMAT + zlib.compress(b"\xff"),
        FORMAT + zlib.compress(b"{}"),
        with_row(question="GET /other"),
        with_row(body=[1]),
        with_row(body=None),
        with_row(etag=7),
        with_row(etag="a\r\nX-Koalr-Key: b"),
        with_row(etag="x" * 1000),
        with_row(team=["t"]),
    ],
)
def test_anything_else_is_no_answer(bytes_: bytes) -> None:
    assert unpack(bytes_, QUESTION, NOW, clock) is None


@pytest.mark.parametrize("value", [None, 7, "text", ["x"]])
def test_what_is_no_bytes_is_no_answer(value: object) -> None:
    assert unpack(value, QUESTION, NOW, clock) is None


@given(st.binary(max_size=300))
def test_no_bytes_raise(bytes_: bytes) -> None:
    assert unpack(FORMAT + bytes_, QUESTION, NOW, clock) is None


def test_what_grows_too_large_is_not_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    small = packed()
    monkeypatch.setattr(packed_module, "LARGEST_BODY_BYTES", 20)
    assert unpack(small, QUESTION, NOW, clock) is None
    assert pack(QUESTION, GOOD) is None


def test_what_is_large_packed_is_neither_made_nor_read(monkeypatch: pytest.MonkeyPatch) -> None:
    small = packed()
    monkeypatch.setattr(packed_module, "LARGEST_PACKED_BYTES", 20)
    assert unpack(small, QUESTION, NOW, clock) is None
    assert pack(QUESTION, GOOD) is None


def test_questions_have_names_of_their_own_that_tell_nothing() -> None:
    other = Request("GET", "/api/v1/flow", (("teamId", "team_a"),))
    assert question_id(QUESTION) != question_id(other)
    assert len(question_id(other)) == 64
    assert "team" not in question_id(other)
