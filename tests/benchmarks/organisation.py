"""A large organisation made by SQL: two years, 200 repositories, 20 teams of 50, three reviews and a quarter of a deployment per PR.

It fills the tables that answers are read from, at any size, in seconds: what a load derives is tested elsewhere.
"""

from pathlib import Path

import duckdb

from koalr_server.store.database import Database

STARTS = "TIMESTAMP '2023-04-01'"
NOW = "2025-03-30T12:00:00Z"
SPAN_SECS = 730 * 86400

# `chance(i, k)` is a number in [0, 1) that looks random and is the same in every run.
PREPARATION = "CREATE OR REPLACE TEMP MACRO chance(i, k) AS (hash(i * 31 + k) % 10000)::DOUBLE / 10000"

PULL_REQUESTS = f"""
INSERT INTO pull_request_facts BY NAME
SELECT 'acme/repo' || (i % 200) AS repo, i AS number, 'pr_' || substr(md5(i::VARCHAR), 1, 16) AS pull_request_id, 'import' AS kind,
       'Change number ' || i AS title, 'dev' || (i * 7919 % 1000) AS author, i % 20 = 0 AS is_bot,
       moment - to_seconds(CAST(exp(9 + 3 * chance(i, 1)) AS BIGINT)) AS created_at, created_at AS ready_at,
       created_at - INTERVAL 1 HOUR AS first_commit_at, first_commit_at AS cycle_start_at,
       CASE WHEN i % 50 <> 0 THEN moment END AS merged_at, CASE WHEN i % 100 = 0 THEN moment END AS closed_at,
       [md5(i::VARCHAR)] AS landing_shas, []::VARCHAR[] AS own_shas, md5(i::VARCHAR) AS head_sha,
       CAST(exp(6 * chance(i, 2)) AS BIGINT) AS additions, i % 90 AS deletions, 1 + i % 12 AS changed_files, []::VARCHAR[] AS labels,
       created_at + to_seconds(CAST(exp(8 + 2 * chance(i, 3)) AS BIGINT)) AS first_review_at,
       moment - INTERVAL 20 MINUTE AS last_approval_at, true AS repo_has_reviews,
       i % 101 AS risk_score, span_secs(created_at, first_review_at) AS first_response_secs,
       span_secs(first_review_at, last_approval_at) AS review_cycle_secs
FROM (SELECT i, {STARTS} + to_seconds(CAST(i::DOUBLE / $size * {SPAN_SECS} AS BIGINT)) AS moment FROM range($size) r(i))
"""

REVIEWS = """
INSERT INTO reviews
SELECT repo, number, 'dev' || ((number * 7919 + 13 * k) % 1000), false, CASE WHEN k = 3 THEN 'approved' ELSE 'commented' END,
       first_review_at + to_hours(k - 1)
FROM pull_request_facts, range(1, 4) r(k)
"""

CHANGES = """
INSERT INTO changes BY NAME
SELECT repo, number, landing_shas[1] AS sha, author, is_bot, created_at - INTERVAL 2 DAY AS idea_at, first_commit_at, cycle_start_at, merged_at,
       'dep_' || (number // 4) AS deployment_id, merged_at + to_seconds(number * 7907 % 90000) AS finished_at,
       span_secs(first_commit_at, finished_at) AS lead_secs, span_secs(idea_at, first_commit_at) AS idea_to_commit_secs,
       span_secs(cycle_start_at, merged_at) AS commit_to_merge_secs, span_secs(merged_at, finished_at) AS merge_to_deploy_secs
FROM pull_request_facts WHERE merged_at IS NOT NULL ORDER BY finished_at
"""

DEPLOYMENTS = f"""
INSERT INTO deployment_facts BY NAME
SELECT 'dep_' || i AS deployment_id, 'acme/repo' || (i % 200) AS repo, CASE WHEN i % 3 = 0 THEN 'staging' ELSE 'production' END AS env,
       i % 3 <> 0 AS is_production, 'success' AS status, md5(i::VARCHAR) AS sha, 'v' || i AS ref, moment AS listed_at, moment AS deployed_at,
       CASE WHEN i % 3 <> 0 THEN moment END AS finished_at, 3600 * (i * 31 % 100) AS lead_time_secs,
       CASE WHEN i % 40 = 1 THEN moment + INTERVAL 3 HOUR END AS failed_at, CASE WHEN i % 40 = 1 THEN 'incident' END AS failure
FROM (SELECT i, {STARTS} + to_seconds(CAST(i::DOUBLE / ($size // 4) * {SPAN_SECS} AS BIGINT)) AS moment FROM range($size // 4) r(i))
"""

RAW_DEPLOYMENTS = """
INSERT INTO deployments BY NAME
SELECT 'import' AS source, deployment_id, repo, env, status, sha, ref, listed_at AS deployed_at FROM deployment_facts
"""

INCIDENTS = f"""
INSERT INTO incident_facts BY NAME
SELECT 'inc_' || i AS incident_id, 'import' AS source, 'Incident ' || i AS title, 'sev' || (1 + i % 3) AS severity, 'resolved' AS status,
       'acme/repo' || (i % 200) AS repo, moment AS started_at, moment + to_seconds(i * 7907 % 30000) AS resolved_at, NULL AS deployment_id
FROM (SELECT i, {STARTS} + to_seconds(CAST(i::DOUBLE / ($size // 100) * {SPAN_SECS} AS BIGINT)) AS moment FROM range($size // 100) r(i))
"""

FLOW_ITEMS = """
INSERT INTO flow_items BY NAME
SELECT 'pull_request' AS kind, repo, author, created_at, cycle_start_at AS started_at, cycle_start_at AS in_progress_from,
       merged_at AS done_at, CAST(merged_at AS DATE) AS done_day, closed_at,
       coalesce(merged_at, closed_at) AS ended_at, span_secs(cycle_start_at, merged_at) AS cycle_secs,
       greatest(0, span_secs(cycle_start_at, merged_at) - 3600) AS active_secs, span_secs(cycle_start_at, merged_at) AS elapsed_secs
FROM pull_request_facts WHERE NOT is_bot ORDER BY ended_at
"""

PEOPLE = """
INSERT INTO teams SELECT 'team_' || i, 'Team ' || i, NULL FROM range(20) r(i);
INSERT INTO members SELECT 'team_' || (i % 20), 'dev' || i FROM range(1000) r(i);
INSERT INTO team_repos SELECT 'team_' || (i % 20), 'acme/repo' || i FROM range(200) r(i);
INSERT INTO meta VALUES ('content', 'real');
"""


def fill(database: Database, pull_requests: int) -> None:
    """Fill an empty store with so many pull requests and what goes with them."""

    def change(cursor: duckdb.DuckDBPyConnection) -> None:
        cursor.execute(PREPARATION)
        for statement in (PULL_REQUESTS, REVIEWS, CHANGES, DEPLOYMENTS, RAW_DEPLOYMENTS, INCIDENTS, FLOW_ITEMS, PEOPLE):
            cursor.execute(statement, {"size": pull_requests} if "$size" in statement else None)

    database.write(change)


def opened(folder: Path, pull_requests: int) -> Database:
    """The store of one size in a folder, made on first use."""
    path = folder / f"scale-{pull_requests}"
    fresh = not path.exists()
    database = Database.open(path)
    if fresh:
        fill(database, pull_requests)
    return database
