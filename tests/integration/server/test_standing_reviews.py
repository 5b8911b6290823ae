"""A reviewer's last decision counts for risk, whether a dismissed review came in before or after it was dismissed."""

from typing import Any

import duckdb
import pytest

from koalr_server.store.database import Database
from koalr_server.store.deriving import derive
from tests.integration.server.loaded import import_rows

MERGED_AT = "2025-02-10T12:00:00Z"


def review(state: str, hour: int, reviewer: str = "bo") -> dict[str, Any]:
    row = {"repo": "acme/api", "number": 1, "reviewer": reviewer, "state": state}
    return {**row, "submittedAt": f"2025-02-10T{hour:02}:00:00Z"}


def found(*imports: list[dict[str, Any]]) -> tuple[Any, ...]:
    """Reviewers, approvals, requests for changes and compliance of a pull request that bo owns, after these imports of reviews."""
    commit = {"repo": "acme/api", "sha": "c" * 40, "parents": [], "author": "ann", "message": "Work"}
    when = {"authoredAt": "2025-02-09T12:00:00Z", "committedAt": "2025-02-09T12:00:00Z"}
    pull = {
        "repo": "acme/api",
        "number": 1,
        "title": "Work",
        "author": "ann",
        "commits": ["c" * 40],
        "mergedAt": MERGED_AT,
    }
    files = [{"path": "app/main.py", "additions": 5, "deletions": 1}]
    database = Database.in_memory()
    import_rows(database, {"commits": [{**commit, **when, "files": files}], "pull_requests": [pull]})
    for reviews in imports:
        import_rows(database, {"reviews": reviews})

    def own(cursor: duckdb.DuckDBPyConnection) -> None:
        cursor.execute(
            "INSERT INTO codeowners VALUES ('acme/api', 'CODEOWNERS', TIMESTAMP '2025-01-01', '* @bo', NULL)"
        )
        derive(cursor)

    database.write(own)
    (row,) = database.rows(
        "SELECT reviewers, approvals, changes_requested, codeowners_compliance FROM pull_request_signals"
    )
    database.close()
    return tuple(row.values())


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["approved"], (1, 1, 0, True)),
        (["approved", "commented"], (1, 1, 0, True)),
        (["approved", "changes_requested"], (1, 0, 1, False)),
        (["changes_requested", "approved"], (1, 1, 1, True)),
        (["dismissed"], (1, 0, 0, False)),
        (["approved", "dismissed"], (1, 0, 0, False)),
        (["dismissed", "approved"], (1, 1, 0, True)),
        (["dismissed", "changes_requested"], (1, 0, 1, False)),
        (["commented"], (1, 0, 0, False)),
    ],
)
def test_the_last_decision_of_a_reviewer_counts(states: list[str], expected: tuple[Any, ...]) -> None:
    assert found([review(state, hour) for hour, state in enumerate(states, start=1)]) == expected


@pytest.mark.parametrize("state", ["approved", "changes_requested"])
def test_a_review_that_came_in_before_it_was_dismissed_counts_as_one_that_came_in_after(state: str) -> None:
    before = [review(state, 1), review("changes_requested", 2)]
    after = [review("dismissed", 1), review("changes_requested", 2)]
    assert found(before, after) == found(after) == (1, 0, 1, False)


def test_what_a_reviewer_decides_after_the_merge_is_not_seen() -> None:
    assert found([review("approved", 1), review("changes_requested", 13)]) == (1, 1, 0, True)


def test_another_reviewer_takes_no_approval_back() -> None:
    assert found([review("approved", 1), review("dismissed", 1, "cleo")]) == (2, 1, 0, True)
