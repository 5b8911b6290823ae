"""The file of kept answers: whole or ignored, private, without a key, honest about age."""

import json
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from koalr_api import snapshot as module
from koalr_api.answer import Answer
from koalr_api.request import Request
from koalr_api.snapshot import PAUSE_SECS, UNKNOWN_AGE_SECS, Snapshot

NOW = datetime(2026, 3, 14, tzinfo=UTC)
QUESTION = Request("POST", "/api/v1/pr-risk/score", (("a", 1),), (("repo", "api"), ("prNumber", 7)))
GOOD = Answer({"text": "é", "list": [1, None]}, NOW, lambda: NOW, scoped_team="t", etag='"1"', size_bytes=40)


def still(at: datetime) -> Callable[[], datetime]:
    return lambda: at


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    found = Snapshot(tmp_path / "folder" / "answers", "f1")
    found.save([(QUESTION, GOOD)])
    return found


def load(snapshot: Snapshot, now: datetime = NOW) -> list[tuple[Request, Answer, float]]:
    return list(snapshot.load(now, still))


def test_what_was_saved_is_loaded_with_its_age(snapshot: Snapshot) -> None:
    ((request, answer, age_secs),) = load(snapshot, NOW + timedelta(seconds=90))
    assert request == QUESTION
    assert (dict(answer.raw), answer.fetched_at, answer.scoped_team, answer.etag, answer.size_bytes) == (
        {"text": "é", "list": [1, None]},
        NOW,
        "t",
        '"1"',
        40,
    )
    assert age_secs == 90
    assert answer.clock() - answer.fetched_at == timedelta(seconds=90)


def test_an_answer_from_the_future_counts_as_old(snapshot: Snapshot) -> None:
    ((_, answer, age_secs),) = load(snapshot, NOW - timedelta(days=2))
    assert age_secs == UNKNOWN_AGE_SECS
    assert answer.clock() - answer.fetched_at == timedelta(seconds=UNKNOWN_AGE_SECS)


def test_the_file_is_private_and_alone(snapshot: Snapshot) -> None:
    assert stat.S_IMODE(snapshot.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(snapshot.path.parent.stat().st_mode) == 0o700
    assert list(snapshot.path.parent.iterdir()) == [snapshot.path]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def foreign(path: Path) -> None:
    path.write_bytes(os.urandom(300))


def later_version(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"version": 1', b'"version": 2'))


def open_to_all(path: Path) -> None:
    path.chmod(0o666)


def link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "harm", [cut, flip, empty, foreign, later_version, open_to_all, link, folder, pipe], ids=lambda harm: harm.__name__
)
def test_anything_but_a_whole_file_of_ours_is_ignored_and_said_once(
    snapshot: Snapshot, harm: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    harm(snapshot.path)
    assert load(snapshot) == load(snapshot) == []
    assert len(caplog.records) == 1


def test_the_file_of_another_key_is_ignored(snapshot: Snapshot) -> None:
    assert load(Snapshot(snapshot.path, "f2")) == []


def test_no_file_is_nothing_to_speak_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert load(Snapshot(tmp_path / "none", "f1")) == []
    assert not caplog.records


def test_an_entry_that_does_not_fit_is_left_out(snapshot: Snapshot) -> None:
    rows = [{"method": "GET"}, 7, {**json.loads(snapshot.path.read_bytes().partition(b"\n")[2])[0], "fetchedAt": 1e300}]
    body = json.dumps(rows).encode()
    snapshot.path.write_bytes(snapshot._heading(body) + body)
    assert load(snapshot) == []


def test_a_folder_that_cannot_be_written_is_said_once_and_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    blocked = Snapshot(tmp_path / "file" / "answers", "f1")
    blocked.save([(QUESTION, GOOD)])
    blocked.save([(QUESTION, GOOD)])
    assert len(caplog.records) == 1


def test_a_writing_that_fails_leaves_the_file_before(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError("no space")

    monkeypatch.setattr(os, "fsync", full)
    snapshot.save([])
    monkeypatch.undo()
    assert len(load(snapshot)) == 1
    assert list(snapshot.path.parent.iterdir()) == [snapshot.path]


def test_it_is_written_after_changes_and_every_few_seconds_at_most(snapshot: Snapshot) -> None:
    assert not snapshot.due(0, 0.0)
    assert snapshot.due(1, 0.0)
    assert not snapshot.due(2, PAUSE_SECS - 0.1)
    assert snapshot.due(2, PAUSE_SECS)
    assert not snapshot.due(2, 100.0)


def test_more_than_a_file_may_hold_is_said_once_and_leaves_the_file_before(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "LARGEST_FILE_BYTES", len(snapshot.path.read_bytes()))
    for _ in range(2):
        snapshot.save([(QUESTION, GOOD), (Request("GET", "/api/v1/flow"), GOOD)])
    assert len(load(snapshot)) == 1
    assert [record.getMessage().rpartition(": ")[2] for record in caplog.records] == [
        "the file cannot be written (ValueError)."
    ]
