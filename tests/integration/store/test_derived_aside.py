"""What is derived beside a lake is what is derived in place, and only what differs is written."""

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from koalr_server.store.aside import write_differences
from koalr_server.store.database import Database
from koalr_server.store.lake.address import read_address
from tests.integration.server.dealt import Rows, derived, own, owned_code, parts
from tests.integration.server.loaded import import_rows
from tests.integration.store.conftest import file_url
from tests.oracle.organisations import random_organisation
from tests.oracle.random_content import with_content
from tests.oracle.risky_organisation import risky_organisation


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Database]:
    with closing(Database.open(read_address(file_url(tmp_path)))) as database:
        yield database


@pytest.mark.parametrize("seed", range(3))
def test_each_load_derives_what_it_derives_in_a_single_file(lake: Database, seed: int) -> None:
    single = Database.in_memory()
    for load in parts(with_content(random_organisation(seed + 200), seed), random.Random(seed)):
        for database in (lake, single):
            import_rows(database, load)
        assert derived(lake) == derived(single), load.keys()
    single.close()


def test_models_and_scores_are_those_of_a_single_file(lake: Database) -> None:
    """What one repository tells makes other scores of another one's pull requests, whose facts are not aside."""
    organisation = risky_organisation(11, 700).rows
    repos = sorted({row["repo"] for row in organisation["pull_requests"]})
    assert len(repos) > 1
    single = Database.in_memory()
    scores = []
    for repo in repos:
        load = {kind: [row for row in rows if row.get("repo") == repo] for kind, rows in organisation.items()}
        for database in (lake, single):
            import_rows(database, load)
        assert derived(lake) == derived(single)
        scores.append(
            lake.rows(
                "SELECT number, risk_score FROM pull_request_facts WHERE repo = $repo ORDER BY ALL", {"repo": repos[0]}
            )
        )
    assert len(set(map(str, scores))) > 1
    single.close()


def test_who_owns_code_is_known_when_people_come_last(lake: Database) -> None:
    organisation = owned_code()
    people = {"members": organisation.pop("members")}
    single = Database.in_memory()
    for database in (lake, single):
        own(database)
        import_rows(database, organisation)
        import_rows(database, people)
    assert derived(lake) == derived(single)
    assert lake.rows("SELECT codeowners_compliance AS approved FROM pull_request_signals") == [{"approved": True}]
    single.close()


def written(database: Database, table: str, since: int) -> list[tuple[str, object]]:
    """What was done to rows of a table after a snapshot: (kind of change, number)."""
    rows = database.rows(
        "SELECT change_type, number FROM ducklake_table_changes('lake', 'main', $table, $since + 1, $now)",
        {"table": table, "since": since, "now": snapshot(database)},
    )
    return sorted((row["change_type"], row["number"]) for row in rows)


def snapshot(database: Database) -> int:
    return int(database.rows("SELECT id FROM lake.current_snapshot()")[0]["id"])


def pull_requests(numbers: range, title: str) -> Rows:
    return {
        "pull_requests": [
            {"repo": "acme/api", "number": number, "title": title, "author": "ann", "additions": 3}
            | {"createdAt": "2025-03-03T09:00:00Z", "mergedAt": "2025-03-04T09:00:00Z"}
            for number in numbers
        ]
    }


def test_of_a_repository_only_what_differs_is_written(lake: Database) -> None:
    import_rows(lake, pull_requests(range(1, 30), "Work"))
    before = snapshot(lake)
    import_rows(lake, pull_requests(range(7, 8), "Other work"))
    # One row leaves, one comes; the signals of a pull request do not know its title.
    assert written(lake, "pull_request_facts", before) == [("delete", 7), ("insert", 7)]
    assert written(lake, "pull_request_signals", before) == []


@pytest.fixture
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of the lake's name, whose table holds rows several times, without values, and of another scope."""
    connection = duckdb.connect()
    connection.execute("ATTACH ':memory:' AS lake")
    connection.execute("CREATE TABLE lake.main.t (repo VARCHAR, names VARCHAR[], share DOUBLE)")
    connection.execute(
        "INSERT INTO lake.main.t VALUES ('a', ['x'], 1), ('a', ['x'], 1), ('a', NULL, NULL), ('a', ['x', NULL], 2), ('b', ['x'], 1)"
    )
    yield connection
    connection.close()


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("a", ["x"], 1.0)],
        [("a", ["x"], 1.0)] * 3,
        [("a", None, None)] * 2,
        [("a", ["x"], 1.0), ("a", ["x"], 1.0), ("a", None, None), ("a", ["x", None], 2.0)],
        [("a", ["x", None], None), ("a", [], 2.0)],
    ],
)
def test_differences_make_the_rows_of_a_scope_equal(
    cursor: duckdb.DuckDBPyConnection, rows: list[tuple[str, list[str | None] | None, float | None]]
) -> None:
    cursor.execute("CREATE TEMP TABLE t AS SELECT * FROM lake.main.t LIMIT 0")
    for row in rows:
        cursor.execute("INSERT INTO temp.main.t VALUES (?, ?, ?)", row)
    write_differences(cursor, "t", "repo = 'a'")
    found = cursor.execute("FROM lake.main.t").fetchall()
    assert sorted(map(repr, found)) == sorted(map(repr, [*rows, ("b", ["x"], 1.0)]))
