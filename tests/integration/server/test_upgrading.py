"""A store of an earlier version is brought to this one's layout when it is opened, or left as it was."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from koalr_server.errors import StoreError
from koalr_server.http.keyring import Keyring
from koalr_server.keys import key_hash, new_key
from koalr_server.sources.rules import Rules
from koalr_server.store import database as database_module
from koalr_server.store.database import FILE_NAME, SCHEMA_VERSION, Database
from koalr_server.store.gateway import LocalAccess
from koalr_server.store.settling import agree_on_rules
from tests.integration.server.loaded import Loaded, import_rows
from tests.integration.server.telling import github, take
from tests.unit.server.sources.github.stories import HEAD, check, clock, on_check, on_pull_request

NOW = datetime(2025, 3, 31, tzinfo=UTC)

# What the first layout had in another form than the present one.
FIRST_LAYOUT = """
CREATE TABLE meta (name VARCHAR, value VARCHAR);
INSERT INTO meta VALUES ('schema_version', '1'), ('content', 'real');
CREATE TABLE api_keys (
    key_id VARCHAR, name VARCHAR, key_hash VARCHAR, hint VARCHAR, scopes VARCHAR[], team_ids VARCHAR[],
    requests_per_minute BIGINT, created_at TIMESTAMP, revoked_at TIMESTAMP
);
CREATE TABLE deployments (
    source VARCHAR, deployment_id VARCHAR, external_id VARCHAR, repo VARCHAR, env VARCHAR, status VARCHAR,
    sha VARCHAR, ref VARCHAR, started_at TIMESTAMP, deployed_at TIMESTAMP, commits VARCHAR[], rollback_of VARCHAR
);
INSERT INTO deployments BY NAME
SELECT 'import' AS source, 'dep_' || i AS deployment_id, 'a/b' AS repo, 'production' AS env, 'success' AS status,
       TIMESTAMP '2025-03-01' + to_days(CAST(i AS INTEGER)) AS deployed_at
FROM range(1, 16) r(i);
CREATE TABLE deployment_facts (
    deployment_id VARCHAR, repo VARCHAR, env VARCHAR, is_production BOOLEAN, status VARCHAR, sha VARCHAR, ref VARCHAR,
    listed_at TIMESTAMP, finished_at TIMESTAMP, lead_time_secs BIGINT, failed_at TIMESTAMP, failure VARCHAR
);
CREATE TABLE flow_items (
    kind VARCHAR, team_id VARCHAR, repo VARCHAR, author VARCHAR, started_at TIMESTAMP, in_progress_from TIMESTAMP,
    done_at TIMESTAMP, closed_at TIMESTAMP, active_secs DOUBLE, elapsed_secs DOUBLE
);
"""

# What the second layout had in another form than the present one, with a pull request read from git.
SECOND_LAYOUT = """
CREATE TABLE meta (name VARCHAR, value VARCHAR);
INSERT INTO meta VALUES ('schema_version', '2'), ('content', 'real');
CREATE TABLE pull_requests (
    source VARCHAR, repo VARCHAR, number BIGINT, kind VARCHAR, title VARCHAR, author VARCHAR, is_bot BOOLEAN,
    created_at TIMESTAMP, ready_at TIMESTAMP, first_commit_at TIMESTAMP, merged_at TIMESTAMP, closed_at TIMESTAMP,
    merge_sha VARCHAR, head_sha VARCHAR, commits VARCHAR[], copies VARCHAR[],
    additions BIGINT, deletions BIGINT, changed_files BIGINT, labels VARCHAR[], work_item VARCHAR
);
INSERT INTO pull_requests BY NAME
SELECT 'import' AS source, 'a/b' AS repo, 7 AS number, 'T' AS title, TIMESTAMP '2025-03-01' AS merged_at;
CREATE TABLE git_heads (repo VARCHAR, ref VARCHAR, sha VARCHAR);
INSERT INTO git_heads VALUES ('a/b', 'HEAD', 'f00'), ('a/b', 'refs/heads/main', 'f00');
CREATE TABLE pull_request_facts (repo VARCHAR, number BIGINT, title VARCHAR, merged_at TIMESTAMP);
"""

# What the fifth layout had in another form than the present one: a rule of its own for what is production.
FIFTH_LAYOUT = """
CREATE TABLE meta (name VARCHAR, value VARCHAR);
INSERT INTO meta VALUES ('schema_version', '5'), ('content', 'real');
CREATE MACRO is_production_env(env) AS regexp_matches(lower(env), '^prod');
CREATE TABLE deployments (
    source VARCHAR, deployment_id VARCHAR, external_id VARCHAR, repo VARCHAR, env VARCHAR, status VARCHAR,
    sha VARCHAR, ref VARCHAR, started_at TIMESTAMP, deployed_at TIMESTAMP, commits VARCHAR[], rollback_of VARCHAR
);
INSERT INTO deployments BY NAME
SELECT 'import' AS source, 'dep_' || env AS deployment_id, 'a/b' AS repo, env, 'success' AS status, TIMESTAMP '2025-03-02' AS deployed_at
FROM (VALUES ('eu-production'), ('prod-test'), ('prod')) named(env);
"""

# How the sixth layout kept checks at first: with each pull request that their runs named, and their number in its record.
CHECKS_OF_PULL_REQUESTS = """
UPDATE meta SET value = '6' WHERE name = 'schema_version';
DELETE FROM meta WHERE name = 'source_readers';
DELETE FROM deliveries;
DELETE FROM observations WHERE kind = 'head';
DELETE FROM thing_records WHERE kind = 'head';
DROP TABLE head_checks;
DROP TABLE told_codeowners;
INSERT INTO observations BY NAME
SELECT 'pull_request' AS kind, '~1#' || number AS key, 'check:' || id AS facet, '2026-03-02T09:0' || minute || ':00Z' AS version,
       '{"app": null, "completed": true, "conclusion": "failure", "headSha": "' || repeat('a', 40) || '", "id": ' || id
       || ', "name": "' || name || '", "startedAt": "2026-03-02T09:0' || minute || ':00Z"}' AS fields, 1 AS seq
FROM (VALUES (12, 1, 'test', 3), (12, 2, 'lint', 3), (13, 2, 'lint', 2)) run(number, id, name, minute);
UPDATE thing_records SET records = replace(records, '"firstCommitAt"', '"failedChecks": 2, "firstCommitAt"')
WHERE kind = 'pull_request';
UPDATE pull_requests SET failed_checks = 2;
UPDATE pull_request_facts SET failed_checks = 2;
"""


@pytest.fixture
def key() -> str:
    return new_key()


@pytest.fixture
def folder(tmp_path: Path, key: str) -> Path:
    with duckdb.connect(str(tmp_path / FILE_NAME)) as connection:
        connection.execute(FIRST_LAYOUT)
        row = ["key_1", "old", key_hash(key), key[-4:], ["read"], None, 60, datetime(2025, 1, 1), None]
        connection.execute("INSERT INTO api_keys VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    return tmp_path


def version(folder: Path) -> str:
    with duckdb.connect(str(folder / FILE_NAME), read_only=True) as connection:
        row = connection.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone()
    assert row is not None
    return str(row[0])


def test_data_and_keys_of_the_first_layout_are_there_afterwards(folder: Path, key: str) -> None:
    database = Database.open(folder)
    assert Loaded(database, NOW).metric("dora", 30)["deployFrequency"] == 0.5
    found = Keyring(database, {}).authenticate(key)
    assert found is not None
    assert found.key_id == "key_1"
    database.close()
    assert version(folder) == SCHEMA_VERSION


def test_pull_requests_of_the_second_layout_are_there_and_can_name_failed_checks(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / FILE_NAME)) as connection:
        connection.execute(SECOND_LAYOUT)
    database = Database.open(tmp_path)
    assert database.rows("SELECT number, title, failed_checks FROM pull_request_facts") == [
        {"number": 7, "title": "T", "failed_checks": None}
    ]
    row = {"repo": "a/b", "number": 7, "title": "T", "author": "ann", "failedChecks": 2}
    import_rows(database, {"pull_requests": [row]})
    assert database.rows("SELECT author, failed_checks FROM pull_request_facts") == [
        {"author": "ann", "failed_checks": 2}
    ]
    database.close()


def test_the_next_reading_after_the_second_layout_looks_for_codeowners(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / FILE_NAME)) as connection:
        connection.execute(SECOND_LAYOUT)
    database = Database.open(tmp_path)
    known = LocalAccess(database).call("known_heads", {"repo": "a/b"})
    assert known == {"heads": {"refs/heads/main": "f00"}}
    database.close()


def test_what_is_production_is_decided_anew_after_the_fifth_layout(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / FILE_NAME)) as connection:
        connection.execute(FIFTH_LAYOUT)
    database = Database.open(tmp_path)
    assert database.rows("SELECT env FROM deployment_facts WHERE is_production ORDER BY env") == [
        {"env": "eu-production"},
        {"env": "prod"},
    ]
    row = {
        "repo": "a/b",
        "env": "fleet",
        "status": "success",
        "deployedAt": "2025-03-02T00:00:00Z",
        "isProduction": True,
    }
    import_rows(database, {"deployments": [row]})
    assert Loaded(database, NOW).metric("dora", 30)["deployFrequency"] == 0.1
    database.close()


@pytest.fixture
def with_checks(tmp_path: Path) -> Iterator[Database]:
    """A store with pull requests 12 and 13 of one head, of whose checks two failed, as it is after the upgrade."""
    with closing(Database.open(tmp_path)) as database:
        take(database, Rules(), *(github(*on_pull_request("opened", 0, number=number)) for number in (12, 13)))
    with duckdb.connect(str(tmp_path / FILE_NAME)) as connection:
        connection.execute(CHECKS_OF_PULL_REQUESTS)
    with closing(Database.open(tmp_path)) as database:
        yield database


def failed_checks(database: Database) -> list[int | None]:
    rows = database.rows("SELECT failed_checks FROM pull_request_facts ORDER BY number")
    return [row["failed_checks"] for row in rows]


def test_failed_checks_of_the_sixth_layout_count_until_their_next_run(with_checks: Database) -> None:
    assert failed_checks(with_checks) == [2, 2]
    agree_on_rules(with_checks, Rules())
    assert failed_checks(with_checks) == [2, 2]
    take(with_checks, Rules(), github(*on_check(check(3, "success", 8, name="docs"))))
    assert failed_checks(with_checks) == [2, 2]
    take(with_checks, Rules(), github(*on_check(check(4, "success", 9, name="lint"))))
    assert failed_checks(with_checks) == [1, 1]


def test_a_check_that_two_pull_requests_named_is_one_of_their_commit(with_checks: Database) -> None:
    checks = with_checks.rows(
        "SELECT kind, key, facet, version FROM observations WHERE facet LIKE 'check:%' ORDER BY facet"
    )
    head = {"kind": "head", "key": f"~1@{HEAD}", "version": clock(3)}
    assert checks == [{**head, "facet": "check:1"}, {**head, "facet": "check:2"}]
    agree_on_rules(with_checks, Rules())
    assert with_checks.rows("SELECT * FROM head_checks") == [{"repo": "acme/api", "sha": HEAD, "failed": 2}]
    assert not with_checks.rows("SELECT 1 FROM thing_records WHERE contains(records, 'failedChecks')")


def test_a_check_that_was_read_by_its_commit_already_holds_by_its_version(tmp_path: Path) -> None:
    with closing(Database.open(tmp_path)) as database:
        take(database, Rules(), github(*on_pull_request("opened", 0)))
    with duckdb.connect(str(tmp_path / FILE_NAME)) as connection:
        connection.execute(CHECKS_OF_PULL_REQUESTS)
        connection.execute(
            """INSERT INTO observations SELECT 'head', '~1@' || repeat('a', 40), 'check:' || id, version,
                '{"app": null, "completed": true, "conclusion": "success", "id": ' || id || ', "name": "test", "startedAt": null}', 2
            FROM (VALUES (1, '2026-03-02T09:01:00Z'), (2, '2026-03-02T09:09:00Z')) run(id, version)"""
        )
    with closing(Database.open(tmp_path)) as database:
        rows = database.rows(
            "SELECT facet, json_extract_string(fields, 'conclusion') AS told FROM observations WHERE kind = 'head'"
        )
        assert {row["facet"]: row["told"] for row in rows} == {"check:1": "failure", "check:2": "success"}


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise duckdb.IOException("No space left on device")

    monkeypatch.setattr(database_module, "derive", full)
    with pytest.raises(StoreError, match=r"Cannot prepare the store .* No space left on device"):
        Database.open(folder)
    assert version(folder) == "1"
    monkeypatch.undo()
    Database.open(folder).close()
    assert version(folder) == SCHEMA_VERSION


def test_the_store_of_a_newer_version_is_refused_and_left_alone(folder: Path) -> None:
    with duckdb.connect(str(folder / FILE_NAME)) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'schema_version'")
    with pytest.raises(StoreError, match=r"has layout 99, this version reads layout .*newer version wrote it"):
        Database.open(folder)
    assert version(folder) == "99"
