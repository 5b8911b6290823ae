"""Coverage from report to change: the command, what is kept, and what a pull request did to it."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from koalr_server.records import COVERAGE_KINDS
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.integration.server.loaded import import_rows
from tests.integration.server.test_command_line import koalr, serving

FIXTURES = Path(__file__).parents[2] / "fixtures" / "coverage"
NOON = datetime(2025, 3, 1, 12)


def lcov(covered: int, coverable: int) -> str:
    lines = "".join(f"DA:{line},{int(line <= covered)}\n" for line in range(1, coverable + 1))
    return f"SF:a.py\n{lines}end_of_record\n"


def load(database: Database, *reports: dict[str, Any]) -> dict[str, int]:
    """Load reports; of each what differs from 1 of 2 lines of one report."""
    usual = {"repo": "acme/api", "report": "r", "covered": 1, "coverable": 2, "measuredAt": None, "readAt": NOON}
    table = pa.Table.from_pylist(
        [usual | report for report in reports], schema=COVERAGE_KINDS["coverage_reports"].schema()
    )
    answer = LocalAccess(database).call("load", {}, {"coverage_reports": table})
    counts: dict[str, int] = answer["counts"]["coverage_reports"]
    return counts


def share(sha: str, percent: int) -> dict[str, Any]:
    return {"sha": sha, "covered": percent, "coverable": 100}


@pytest.fixture
def database() -> Any:
    database = Database.in_memory()
    yield database
    database.close()


def deltas(database: Database) -> dict[int, float]:
    return {row["number"]: row["delta"] for row in database.rows("SELECT number, delta FROM coverage_deltas")}


def commits(*links: str) -> list[dict[str, Any]]:
    """Commits as "sha" or "sha: parents"."""
    rows = []
    for minute, link in enumerate(links):
        sha, _, parents = link.partition(": ")
        moment = f"2025-03-01T00:{minute:02}:00Z"
        row = {"repo": "acme/api", "sha": sha, "parents": parents.split(), "author": "ann"}
        rows.append(row | {"authoredAt": moment, "committedAt": moment})
    return rows


def pull_request(**fields: Any) -> dict[str, Any]:
    return {"repo": "acme/api", "number": 1, "title": "T", "author": "ann", "mergedAt": "2025-03-01T01:00:00Z"} | fields


def test_several_files_of_one_commit_add_up_and_a_second_import_changes_nothing(tmp_path: Path) -> None:
    reports = [str(FIXTURES / name) for name in ("cpp_lcov.info", "Java_JaCoCo0.8.3.xml")]
    arguments = ("import", "coverage", *reports, "--repo", "acme/api", "--sha", "ABCDEF1", "--data", str(tmp_path))
    first = koalr(*arguments)
    assert first.returncode == 0, first.stderr
    assert first.stdout == (
        "coverage_reports: 2 added, 0 updated, 0 unchanged\n"
        f"note: {reports[0]} (lcov): 17 of 19 lines covered\n"
        f"note: {reports[1]} (JaCoCo): 26 of 38 lines covered\n"
    )
    with serving(tmp_path):
        again = koalr(*arguments)
    assert again.stdout.splitlines()[0] == "coverage_reports: 0 added, 0 updated, 2 unchanged"
    database = Database.open(tmp_path)
    assert database.rows(
        "SELECT sha, sum(covered)::INT AS covered, sum(coverable)::INT AS coverable FROM coverage_reports GROUP BY sha"
    ) == [{"sha": "abcdef1", "covered": 43, "coverable": 57}]
    database.close()


def test_a_report_is_told_apart_by_where_it_lies_and_on_standard_input_by_its_content(tmp_path: Path) -> None:
    file = tmp_path / "cov.info"
    arguments = ("--repo", "acme/api", "--sha", "abcdef1", "--data", str(tmp_path / "d"))
    answers = []
    for covered in (1, 2):
        file.write_text(lcov(covered, 4))
        answers.append(koalr("import", "coverage", str(file), *arguments).stdout.splitlines()[0])
        answers.append(koalr("import", "coverage", "-", *arguments, stdin=lcov(covered, 4)).stdout.splitlines()[0])
    assert answers == [
        "coverage_reports: 1 added, 0 updated, 0 unchanged",
        "coverage_reports: 1 added, 0 updated, 0 unchanged",
        "coverage_reports: 0 added, 1 updated, 0 unchanged",
        "coverage_reports: 1 added, 0 updated, 0 unchanged",
    ]


COMMIT = ("--repo", "acme/api", "--sha", "abcdef1")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["coverage", "-"],
            "`import coverage` needs --repo OWNER/NAME and --sha SHA, the commit that was measured.",
        ),
        (
            ["coverage", "-", "--repo", "acme/api", "--sha", "main"],
            "--sha is 'main'; it should be 7 to 40 hexadecimal digits, such as `git rev-parse HEAD` prints.",
        ),
        (
            ["coverage", "-", *COMMIT, "--at", "noon"],
            '--at should be an ISO 8601 time such as 2025-03-31T18:22:00Z, got "noon".',
        ),
        (["coverage", "-", "gone.xml", *COMMIT], "Cannot read gone.xml: No such file or directory."),
        (
            ["coverage", "-", "README.md", *COMMIT],
            "README.md: Cobertura, JaCoCo or Clover XML, or an lcov trace file, is expected.",
        ),
        (["teams", "-", "b.csv"], "`import teams` takes one file, got 2; import them one by one."),
        (
            ["teams", "-", "--sha", "abcdef1"],
            "--repo, --sha and --at go with coverage; the records of teams say it themselves.",
        ),
    ],
)
def test_mistakes_are_one_sentence_and_nothing_is_loaded(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    answer = koalr("import", *arguments, "--data", str(tmp_path), stdin=lcov(1, 2))
    assert (answer.returncode, answer.stdout, answer.stderr) == (1, "", f"error: {sentence}\n")
    assert not list(tmp_path.iterdir())


def test_a_report_that_says_the_same_keeps_its_time_unless_another_is_given(database: Database) -> None:
    later = datetime(2025, 3, 2)
    assert load(database, {"sha": "a" * 40})["added"] == 1
    assert load(database, {"sha": "a" * 40, "readAt": later})["unchanged"] == 1
    assert load(database, {"sha": "a" * 40, "covered": 2, "readAt": later})["updated"] == 1
    assert load(database, {"sha": "a" * 40, "covered": 2, "measuredAt": NOON})["updated"] == 1
    assert database.rows("SELECT measured_at FROM coverage_reports") == [{"measured_at": NOON}]


@pytest.mark.parametrize(
    ("fields", "reports", "expected"),
    [
        # Head and own commits known: against the nearest commit of main.
        ({"headSha": "y1", "commits": ["x1", "y1"], "mergeSha": "m1"}, {"y1": 60, "x1": 10, "b1": 50}, 0.1),
        ({"commits": ["x1", "y1"], "mergeSha": "m1"}, {"y1": 60, "m1": 90, "b1": 50}, 0.1),
        # Nothing but the merge was measured.
        ({"commits": ["x1", "y1"], "mergeSha": "m1"}, {"m1": 45, "y0": 1, "a1": 50}, -0.05),
        # A squash: its branch is in no clone.
        ({"headSha": "gone", "mergeSha": "s1"}, {"gone": 70, "b1": 50}, 0.2),
        ({"mergeSha": "s1"}, {"s1": 70, "a1": 50}, 0.2),
        # Nothing to compare with, or nothing to compare.
        ({"headSha": "y1", "commits": ["x1", "y1"], "mergeSha": "m1"}, {"y1": 60, "x1": 10}, None),
        ({"headSha": "gone"}, {"gone": 60, "a1": 10}, None),
        ({"mergeSha": "s1"}, {"a1": 50, "b1": 50}, None),
    ],
)
def test_a_pull_request_changes_coverage_by_its_head_less_its_base(
    database: Database, fields: dict[str, Any], reports: dict[str, int], expected: float | None
) -> None:
    history = commits("a1", "b1: a1", "x1: b1", "y1: x1", "m1: b1 y1", "s1: b1")
    import_rows(database, {"commits": history, "pull_requests": [pull_request(**fields)]})
    load(database, *(share(sha, percent) for sha, percent in reports.items()))
    assert deltas(database).get(1) == expected


def test_all_reports_of_a_commit_count_together_also_under_its_abbreviated_sha(database: Database) -> None:
    base, head, other = "aaaaaaa" + "1" * 33, "bbbbbbb" + "2" * 33, "bbbbbbb" + "3" * 33
    history = commits(base, f"{head}: {base}")
    import_rows(database, {"commits": history, "pull_requests": [pull_request(headSha=head, commits=[head])]})
    load(database, share(base, 50), share(head, 100), share("bbbbbbb", 0) | {"report": "other"})
    assert deltas(database) == {1: 0.0}
    # Once it may mean two commits, it means none.
    import_rows(database, {"commits": commits(other)})
    assert deltas(database) == {1: 0.5}


def test_commits_that_come_after_the_reports_are_compared_all_the_same(database: Database) -> None:
    load(database, share("a1", 50), share("b1", 75))
    assert deltas(database) == {}
    request = pull_request(headSha="b1", commits=["b1"])
    import_rows(database, {"commits": commits("a1", "b1: a1"), "pull_requests": [request]})
    assert deltas(database) == {1: 0.25}
