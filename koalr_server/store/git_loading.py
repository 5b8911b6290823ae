"""Adds what a git repository tells to the store: commits, pull requests, tag deployments, reverts."""

from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

from koalr_server.history.bots import is_bot
from koalr_server.history.graph import CommitGraph
from koalr_server.history.pull_requests import FoundPullRequest, find_pull_requests
from koalr_server.store.deriving import derive
from koalr_server.store.loading import load_kind
from koalr_server.store.merging import count, stage

Cursor = duckdb.DuckDBPyConnection

COMMITS = "repo, sha, parents, author, author_email, is_bot, authored_at, committed_at, message, additions, deletions"
PULL_REQUESTS = pa.schema(
    [
        ("number", pa.int64()),
        ("kind", pa.string()),
        ("title", pa.string()),
        ("author", pa.string()),
        ("is_bot", pa.bool_()),
        ("merged_at", pa.timestamp("s")),
        ("merge_sha", pa.string()),
        ("commits", pa.list_(pa.string())),
        ("copies", pa.list_(pa.string())),
    ]
)


def load_git(cursor: Cursor, arguments: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> dict[str, Any]:
    """Load one reading of a repository inside the caller's transaction.

    Args:
        arguments: repo; heads {ref: sha}; team, a name or None; `start_over`, true if earlier readings no longer hold;
            `rewritten`, true if only `reachable` shas still exist.
        tables: commits and files (new ones), deployments (all tag deployments), reachable (column sha) if rewritten;
            codeowners (all versions), left out if they are as before.

    Returns:
        Counts for the summary: commits, commits_total, commits_removed, pull_requests {kind: n}, reverts, deployments.
    """
    repo = arguments["repo"]
    removed = 0
    if arguments["start_over"]:
        _forget_commits(cursor, repo)
    elif arguments["rewritten"]:
        removed = _remove_unreachable(cursor, repo, tables["reachable"])
    added = _add_commits(cursor, tables["commits"], tables["files"])
    _replace_heads(cursor, repo, arguments["heads"])
    if "codeowners" in tables:
        _replace_codeowners(cursor, repo, tables["codeowners"])
    deployments = _replace_tag_deployments(cursor, repo, tables["deployments"])
    changed = bool(added or removed)
    if changed or not count(cursor, "SELECT count(*) FROM repos WHERE repo = ?", [repo]):
        _replace_pull_requests(cursor, repo, arguments["heads"].get("HEAD"))
    _register(cursor, repo, arguments["team"])
    derive(cursor, [repo], () if arguments["team"] is None else ("repos",))
    return {"commits": added, "commits_removed": removed, "deployments": deployments, **_totals(cursor, repo)}


def _forget_commits(cursor: Cursor, repo: str) -> None:
    for table in ("commits", "commit_files"):
        cursor.execute(f"DELETE FROM {table} WHERE repo = ?", [repo])  # noqa: S608 - names from the tuple above


def _remove_unreachable(cursor: Cursor, repo: str, reachable: pa.Table) -> int:
    """Forget commits that a rewritten branch left behind."""
    stage(cursor, "reachable", reachable)
    gone = "repo = ? AND sha NOT IN (SELECT sha FROM reachable)"
    removed = count(cursor, f"SELECT count(*) FROM commits WHERE {gone}", [repo])  # noqa: S608 - fixed text
    for table in ("commits", "commit_files"):
        cursor.execute(f"DELETE FROM {table} WHERE {gone}", [repo])  # noqa: S608 - fixed text
    return removed


def _add_commits(cursor: Cursor, commits: pa.Table, files: pa.Table) -> int:
    """Insert the commits the store lacks, or knows from a push alone, with their files; else a sha never changes its content."""
    cursor.register("read_commits", commits)
    cursor.register("read_files", files)
    try:
        for table in ("commits", "pushed_commits"):
            guessed = "SELECT repo, sha FROM pushed_commits SEMI JOIN read_commits USING (repo, sha)"
            cursor.execute(f"DELETE FROM {table} WHERE (repo, sha) IN ({guessed})")  # noqa: S608 - fixed text
        cursor.execute(
            """CREATE OR REPLACE TEMP TABLE new_commits AS SELECT repo, sha FROM read_commits r
            WHERE NOT EXISTS (SELECT 1 FROM commits c WHERE c.repo = r.repo AND c.sha = r.sha)"""
        )
        cursor.execute(
            f"INSERT INTO commits ({COMMITS}) SELECT {COMMITS} FROM read_commits SEMI JOIN new_commits USING (repo, sha)"  # noqa: S608 - fixed text
        )
        cursor.execute(
            """INSERT INTO commit_files (repo, sha, path, additions, deletions)
            SELECT repo, sha, path, additions, deletions FROM read_files SEMI JOIN new_commits USING (repo, sha)"""
        )
        return count(cursor, "SELECT count(*) FROM new_commits")
    finally:
        cursor.unregister("read_commits")
        cursor.unregister("read_files")


def _replace_heads(cursor: Cursor, repo: str, heads: Mapping[str, str]) -> None:
    stage(
        cursor,
        "read_heads",
        pa.table({"ref": pa.array(list(heads), pa.string()), "sha": pa.array(list(heads.values()), pa.string())}),
    )
    cursor.execute("DELETE FROM git_heads WHERE repo = ?", [repo])
    cursor.execute("INSERT INTO git_heads SELECT ?, ref, sha FROM read_heads", [repo])


def _replace_codeowners(cursor: Cursor, repo: str, versions: pa.Table) -> None:
    """The CODEOWNERS files over time: known_from, path, content, sha."""
    stage(cursor, "read_codeowners", versions)
    cursor.execute("DELETE FROM codeowners WHERE repo = ?", [repo])
    cursor.execute("INSERT INTO codeowners BY NAME SELECT ? AS repo, * EXCLUDE (ordinal) FROM read_codeowners", [repo])


def _replace_tag_deployments(cursor: Cursor, repo: str, deployments: pa.Table) -> int:
    """The deployments that release tags stand for; moved and deleted tags follow."""
    cursor.register("read_deployments", deployments)
    try:
        cursor.execute("DELETE FROM deployments WHERE repo = ? AND source = 'tag'", [repo])
        cursor.execute(
            """INSERT INTO deployments BY NAME
            SELECT 'tag' AS source, 'dep_' || substr(md5(concat_ws(chr(31), 'tag', repo, tag)), 1, 16) AS deployment_id,
                   tag AS external_id, repo, env, 'success' AS status, sha, tag AS ref,
                   -- a light tag has no date of its own
                   coalesce(tagged_at, (SELECT c.committed_at FROM commits c WHERE c.repo = r.repo AND c.sha = r.sha)) AS deployed_at
            FROM read_deployments r"""
        )
    finally:
        cursor.unregister("read_deployments")
    return int(deployments.num_rows)


def _replace_pull_requests(cursor: Cursor, repo: str, head: str | None) -> None:
    """Read pull requests and reverts out of the whole history, old and new commits together."""
    rows = cursor.execute(
        "SELECT sha, parents, message, authored_at, committed_at, author FROM commits WHERE repo = ?", [repo]
    ).fetchall()
    shas, parents, messages, authored_at, committed_at, authors = (
        (list(column) for column in zip(*rows, strict=True)) if rows else ([],) * 6
    )
    graph = CommitGraph(shas, parents)
    found = find_pull_requests(graph, messages, authored_at, committed_at, authors, head)
    stage(cursor, "found_pull_requests", _table(found))
    cursor.execute("DELETE FROM pull_requests WHERE repo = ? AND source = 'git'", [repo])
    cursor.execute(
        """INSERT INTO pull_requests BY NAME
        SELECT 'git' AS source, ? AS repo, f.* EXCLUDE (ordinal), s.additions, s.deletions, s.changed_files
        FROM found_pull_requests f LEFT JOIN (
            SELECT number, sum(additions) AS additions, sum(deletions) AS deletions, count(DISTINCT path) AS changed_files
            FROM (SELECT number, unnest(CASE WHEN len(commits) > 0 THEN commits ELSE [merge_sha] END) AS sha FROM found_pull_requests)
            JOIN commit_files USING (sha) WHERE repo = ? GROUP BY number
        ) s USING (number)""",
        [repo, repo],
    )


def _table(found: list[FoundPullRequest]) -> pa.Table:
    rows = [
        {
            "number": pull_request.number,
            "kind": pull_request.kind,
            "title": pull_request.title,
            "author": pull_request.author,
            "is_bot": is_bot(pull_request.author),
            "merged_at": pull_request.merged_at,
            "merge_sha": pull_request.merge_sha,
            "commits": pull_request.own_commits,
            "copies": pull_request.copies,
        }
        for pull_request in found
    ]
    return pa.Table.from_pylist(rows, schema=PULL_REQUESTS)


def _register(cursor: Cursor, repo: str, team: str | None) -> None:
    teams = pa.array([[team] if team else None], pa.list_(pa.string()))
    load_kind(cursor, "repos", pa.table({"repo": pa.array([repo], pa.string()), "teams": teams}))


def _totals(cursor: Cursor, repo: str) -> dict[str, Any]:
    kinds = cursor.execute(
        "SELECT kind, count(*) FROM pull_requests WHERE repo = ? AND source = 'git' GROUP BY kind ORDER BY kind", [repo]
    ).fetchall()
    span = cursor.execute(
        "SELECT min(committed_at)::DATE::VARCHAR, max(committed_at)::DATE::VARCHAR FROM commits WHERE repo = ?", [repo]
    ).fetchone()
    first, last = span if span else (None, None)
    return {
        "commits_total": count(cursor, "SELECT count(*) FROM commits WHERE repo = ?", [repo]),
        "pull_requests": dict(kinds),
        "reverts": count(cursor, "SELECT count(DISTINCT reverting) FROM reverts WHERE repo = ?", [repo]),
        "production_deployments": count(
            cursor,
            """SELECT count(*) FROM deployment_facts f JOIN deployments d USING (deployment_id)
            WHERE f.repo = ? AND d.source = 'tag' AND f.is_production""",
            [repo],
        ),
        "first_day": first,
        "last_day": last,
    }
