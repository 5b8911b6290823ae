"""A store of an earlier version is brought to this one's layout when it is opened, or left as it was."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from koalr_server.errors import StoreError
from koalr_server.http.keyring import Keyring
from koalr_server.keys import key_hash, new_key
from koalr_server.store import database as database_module
from koalr_server.store.database import FILE_NAME, SCHEMA_VERSION, Database
from koalr_server.store.gateway import LocalAccess
from tests.integration.server.loaded import Loaded, import_rows

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
