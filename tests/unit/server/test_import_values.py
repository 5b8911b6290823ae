"""Reading import files: what is accepted, and how a bad line is named."""

import io
from datetime import datetime
from typing import Any

import pytest

from koalr_server.errors import InputError
from koalr_server.ingest.files import read_file

GOOD = '{"repo": "acme/api", "number": 7, "reviewer": "ann", "state": "approved", "submittedAt": "2025-03-01T10:00:00+02:00"}'


def faults_of(kind: str, text: str, name: str = "rows.jsonl") -> list[str]:
    return read_file(kind, io.StringIO(text, newline=""), name).faults


def rows_of(kind: str, text: str, name: str = "rows.jsonl") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read_file(kind, io.StringIO(text, newline=""), name).table.to_pylist()
    return rows


def test_times_become_naive_utc_seconds() -> None:
    assert rows_of("reviews", GOOD)[0]["submittedAt"] == datetime(2025, 3, 1, 8)


def test_good_lines_survive_a_bad_one_which_is_named() -> None:
    text = f"{GOOD}\n{GOOD.replace('approved', 'liked')}\n\n{GOOD}\n"
    imported = read_file("reviews", io.StringIO(text), "r.jsonl")
    assert imported.table.num_rows == 2
    assert imported.faults == [
        'r.jsonl, line 2: state should be one of approved, changes_requested, commented, dismissed, got "liked"'
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not valid JSON"),
        ("[]", "not a JSON object"),
        ("[" * 100_000, "not valid JSON"),
        (GOOD.replace('"repo": "acme/api", ', ""), "repo is required"),
        (GOOD.replace("7", '"seven"'), 'number should be a whole number of 0 or more, got "seven"'),
        (GOOD.replace("7", "true"), "number should be a whole number"),
        (GOOD.replace("7", "-1"), "number should be a whole number"),
        (GOOD.replace("7", str(2**63)), "number should be a whole number"),
        (GOOD.replace("2025-03-01T10:00:00+02:00", "yesterday"), "submittedAt should be an ISO 8601 time"),
        (GOOD.replace('"ann"', "3"), "reviewer should be text"),
        (GOOD.replace("ann", "\\u0000"), "reviewer is not valid text"),
        (GOOD.replace("ann", "\\ud800"), "reviewer is not valid text"),
        (GOOD.replace("{", '{"reviwer": "x", '), "unknown field 'reviwer'"),
    ],
)
def test_a_bad_json_line_says_field_and_reason(line: str, reason: str) -> None:
    (fault,) = faults_of("reviews", line)
    assert fault.startswith("rows.jsonl, line 1: ")
    assert reason in fault


def test_csv_reads_lists_and_quotes() -> None:
    rows = rows_of("repos", 'repo,teams\nacme/api,"Platform; Web ""A"""\nacme/web,\n', "repos.csv")
    assert rows == [{"repo": "acme/api", "teams": ["Platform", 'Web "A"']}, {"repo": "acme/web", "teams": None}]


def test_a_csv_line_of_the_wrong_length_is_named() -> None:
    assert faults_of("members", "team,login\nPlatform\n", "m.csv") == [
        "m.csv, line 2: the line has 1 cells, the header 2"
    ]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("team,nick", "line 1: unknown column 'nick'"),
        ("team,team", "column 'team' stands twice"),
        ("team", "column 'login' is missing"),
    ],
)
def test_a_wrong_csv_header_stops_the_file(header: str, reason: str) -> None:
    with pytest.raises(InputError, match=r"members needs|members has|stands twice") as caught:
        read_file("members", io.StringIO(f"{header}\na,b\n"), "m.csv")
    assert reason in str(caught.value)


def test_an_undecodable_byte_spoils_its_line_only() -> None:
    stream = io.TextIOWrapper(
        io.BytesIO(b"team,login\nA,\xff\nA,ann\n"), encoding="utf-8", errors="surrogateescape", newline=""
    )
    imported = read_file("members", stream, "m.csv")
    assert imported.table.to_pylist() == [{"team": "A", "login": "ann"}]
    assert "line 2: login is not valid text" in imported.faults[0]


def test_a_deployment_needs_one_time() -> None:
    (fault,) = faults_of("deployments", '{"repo": "a/b", "env": "production", "status": "success"}')
    assert "deployedAt is required (or startedAt)" in fault


def test_an_empty_title_is_a_title() -> None:
    assert rows_of("incidents", '{"title": "", "startedAt": "2025-01-01T00:00:00Z"}')[0]["title"] == ""


def test_an_unknown_kind_lists_the_kinds() -> None:
    with pytest.raises(InputError, match="allowed: teams, members"):
        read_file("users", io.StringIO(""), "u.jsonl")


def test_files_of_a_commit_are_read_with_unknown_counts() -> None:
    line = (
        '{"repo": "a/b", "sha": "1", "author": "x", "authoredAt": "2025-01-01", "committedAt": "2025-01-01",'
        ' "files": [{"path": "a.py", "additions": 3, "deletions": null}]}'
    )
    assert rows_of("commits", line)[0]["files"] == [{"path": "a.py", "additions": 3, "deletions": None}]
