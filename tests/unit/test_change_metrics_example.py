"""The worked example of docs/CHANGE_METRICS.md comes out as the document says, by the extractor and by the oracle."""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from koalr_server.history.fixes import is_fix
from koalr_server.risk.change_metrics import METRICS, Change, ChangeHistory, FileChange
from tests.oracle.change_metrics import FIX_WORDS, Commit, Touch, change_metrics

TEXT = (Path(__file__).parents[2] / "docs" / "CHANGE_METRICS.md").read_text(encoding="utf-8")
Rows = list[dict[str, str]]


def table(kind: str) -> Rows:
    (found,) = re.findall(rf"^```csv {kind}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    return list(csv.DictReader(io.StringIO(found)))


def commits() -> list[Commit]:
    by_sha: dict[str, Rows] = {}
    for row in table("changes"):
        by_sha.setdefault(row["commit"], []).append(row)
    return [_commit(sha, rows) for sha, rows in by_sha.items()]


def _commit(sha: str, rows: Rows) -> Commit:
    at_secs = int(datetime.fromisoformat(rows[0]["date"]).replace(tzinfo=UTC).timestamp())
    touches = [
        Touch(row["path"], _count(row["additions"]), _count(row["deletions"]), row["moved_from"] or None)
        for row in rows
    ]
    return Commit(sha, rows[0]["author"], at_secs, rows[0]["message"], tuple(touches))


def _count(cell: str) -> int | None:
    return int(cell) if cell else None


def stated() -> list[list[float]]:
    return [[float(row[name]) for name in METRICS] for row in table("metrics")]


def test_the_extractor_says_what_the_document_says() -> None:
    history, rows = ChangeHistory(), []
    for commit in commits():
        files = [FileChange(touch.path, touch.added, touch.deleted, touch.before) for touch in commit.files]
        change = Change(commit.author, commit.at_secs, files, commit.message)
        rows.append([round(value, 6) for value in history.measure(change) if value is not None])
        history.record(change, commit.sha)
    assert rows == stated()


def test_the_oracle_says_what_the_document_says() -> None:
    changes = commits()
    found = [change_metrics(changes[:position], change) for position, change in enumerate(changes)]
    assert [[round(row[name] or 0, 6) for name in METRICS] for row in found] == stated()


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_has_a_definition(name: str) -> None:
    assert len(re.findall(rf"^\| `{name}` \| [a-z0-9 ]+ \| .{{10,}} \|$", TEXT, re.MULTILINE)) == 1


def test_the_words_of_a_fix_are_those_of_the_document() -> None:
    assert "bug, bugs, defect, defects, fix, fixes, fixed, fixing, also with bug or hot before fix" in TEXT
    assert all(is_fix(word) for word in FIX_WORDS)


def test_every_link_within_the_document_has_its_heading() -> None:
    anchors = {heading.lower().replace(" ", "-") for heading in re.findall(r"^## (.+)$", TEXT, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= anchors
