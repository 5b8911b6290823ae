"""Loads import tables (wire names, see records.py) into the fact tables."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import duckdb
import pyarrow as pa

from koalr_server.history.bots import is_bot
from koalr_server.store.copilot_loading import COPILOT_LOADERS
from koalr_server.store.coverage import COVERAGE_LOADERS
from koalr_server.store.merging import MergeCount, merge, stage

Cursor = duckdb.DuckDBPyConnection
T = TypeVar("T")


def load_kind(cursor: Cursor, kind: str, table: pa.Table) -> MergeCount:
    """Upsert one kind of records by its natural key; loading the same table twice changes nothing."""
    return _with_incoming(cursor, table, _LOADERS[kind])


def unload_kind(cursor: Cursor, kind: str, table: pa.Table) -> None:
    """Take records away, by their natural keys; those that are not there are no fault."""
    _with_incoming(cursor, table, _UNLOADERS[kind])


def _with_incoming(cursor: Cursor, table: pa.Table, work: Callable[[Cursor], T]) -> T:
    stage(cursor, "incoming", table)
    try:
        return work(cursor)
    finally:
        cursor.execute("DROP TABLE IF EXISTS incoming")


def _stage_bots(cursor: Cursor, column: str) -> None:
    """Temporary table `bot_names`: the distinct people of the incoming rows that the one bot rule recognises."""
    names = cursor.execute(f"SELECT DISTINCT {column} FROM incoming").fetchall()  # noqa: S608 - our own column names
    stage(cursor, "bot_names", pa.table({"name": pa.array([name for (name,) in names if is_bot(name)], pa.string())}))


def _teams(cursor: Cursor) -> MergeCount:
    # A name keeps the id it has unless the file gives another one; then what refers to the old id follows. An id that somebody
    # gave is never taken over by name: two organisations may each have a team of that name.
    cursor.execute(
        """CREATE OR REPLACE TEMP TABLE named AS
        SELECT coalesce(i.id, t.team_id, 'team_' || substr(md5(i.name), 1, 12)) AS team_id, i.name,
               coalesce(i.createdAt, t.created_at) AS created_at, t.team_id AS old_id, i.ordinal
        FROM incoming i LEFT JOIN teams t ON t.name = i.name
            AND (i.id IS NULL OR t.team_id = i.id OR starts_with(t.team_id, 'team_'))"""
    )
    for table in ("members", "team_repos"):
        cursor.execute(
            f"UPDATE {table} SET team_id = n.team_id FROM named n "  # noqa: S608 - names from the tuple above
            f"WHERE {table}.team_id = n.old_id AND n.team_id <> n.old_id"
        )
    cursor.execute(
        "DELETE FROM teams WHERE EXISTS (SELECT 1 FROM named n WHERE n.old_id = teams.team_id AND n.team_id <> n.old_id)"
    )
    return merge(cursor, "teams", ["team_id"], "SELECT team_id, name, created_at, ordinal FROM named")


def _create_missing_teams(cursor: Cursor, references: str) -> None:
    """Create a team for every reference (an id or a name) that matches none. `references` is SQL text of this module."""
    cursor.execute(
        f"""INSERT INTO teams
        SELECT DISTINCT 'team_' || substr(md5(ref), 1, 12), ref, NULL::TIMESTAMP FROM ({references}) r
        WHERE ref IS NOT NULL AND NOT starts_with(ref, 'github:') AND NOT EXISTS (SELECT 1 FROM teams t WHERE t.team_id = r.ref OR t.name = r.ref)"""  # noqa: S608
    )


_MEMBERS = "SELECT t.team_id, i.login, i.ordinal FROM incoming i JOIN teams t ON t.team_id = i.team OR t.name = i.team"


def _members(cursor: Cursor) -> MergeCount:
    _create_missing_teams(cursor, "SELECT team AS ref FROM incoming")
    return merge(cursor, "members", ["team_id", "login"], _MEMBERS)


def _repos(cursor: Cursor) -> MergeCount:
    _create_missing_teams(cursor, "SELECT unnest(teams) AS ref FROM incoming")
    # A file that names a repository's teams says all of them; one without the column leaves them alone.
    cursor.execute("DELETE FROM team_repos WHERE repo IN (SELECT repo FROM incoming WHERE teams IS NOT NULL)")
    cursor.execute(
        """INSERT INTO team_repos SELECT DISTINCT t.team_id, i.repo
        FROM (SELECT repo, unnest(teams) AS ref FROM incoming) i JOIN teams t ON t.team_id = i.ref OR t.name = i.ref"""
    )
    return merge(cursor, "repos", ["repo"], "SELECT repo, ordinal FROM incoming")


def _commits(cursor: Cursor) -> MergeCount:
    _stage_bots(cursor, "author")
    cursor.execute(
        """CREATE OR REPLACE TEMP TABLE listed_files AS
        SELECT repo, sha, unnest(files, recursive := true) FROM incoming WHERE files IS NOT NULL"""
    )
    cursor.execute(
        "DELETE FROM commit_files f WHERE EXISTS (SELECT 1 FROM incoming i WHERE i.repo = f.repo AND i.sha = f.sha AND i.files IS NOT NULL)"
    )
    cursor.execute("INSERT INTO commit_files SELECT DISTINCT repo, sha, path, additions, deletions FROM listed_files")
    return merge(
        cursor,
        "commits",
        ["repo", "sha"],
        """SELECT repo, sha, coalesce(parents, []) AS parents, author, NULL::VARCHAR AS author_email,
        author IN (SELECT name FROM bot_names) AS is_bot,
        authoredAt AS authored_at, committedAt AS committed_at, coalesce(message, '') AS message, additions, deletions, ordinal
        FROM incoming""",
    )


def _pushed_commits(cursor: Cursor) -> MergeCount:
    """Commits whose parents are a guess from a push: they replace an earlier guess, and never what a repository itself tells."""
    # A repository that has told of the commit since has put other parents, or the same ones, in the place of the guess.
    cursor.execute(
        """DELETE FROM incoming i WHERE EXISTS (SELECT 1 FROM commits c WHERE c.repo = i.repo AND c.sha = i.sha
            AND NOT EXISTS (SELECT 1 FROM pushed_commits g WHERE g.repo = c.repo AND g.sha = c.sha AND g.parents = c.parents))"""
    )
    cursor.execute(
        "DELETE FROM pushed_commits g WHERE EXISTS (SELECT 1 FROM incoming i WHERE i.repo = g.repo AND i.sha = g.sha)"
    )
    cursor.execute("INSERT INTO pushed_commits SELECT repo, sha, coalesce(parents, []) FROM incoming")
    return _commits(cursor)


def _pull_requests(cursor: Cursor) -> MergeCount:
    _stage_bots(cursor, "author")
    return merge(
        cursor,
        "pull_requests",
        ["source", "repo", "number"],
        """SELECT 'import' AS source, repo, number, 'import' AS kind, title, author, 
        coalesce(isBot, false) OR author IN (SELECT name FROM bot_names) AS is_bot,
        createdAt AS created_at, readyAt AS ready_at, firstCommitAt AS first_commit_at, mergedAt AS merged_at, closedAt AS closed_at,
        mergeSha AS merge_sha, headSha AS head_sha, commits, NULL::VARCHAR[] AS copies, additions, deletions,
        changedFiles AS changed_files, labels, workItem AS work_item, failedChecks AS failed_checks, ordinal FROM incoming""",
    )


def _pushes(cursor: Cursor) -> MergeCount:
    select = "SELECT repo, head AS head_sha, coalesce(commits, []) AS shas, ordinal FROM incoming"
    return merge(cursor, "pushes", ["repo", "head_sha"], select)


def _head_checks(cursor: Cursor) -> MergeCount:
    return merge(cursor, "head_checks", ["repo", "sha"], "SELECT repo, sha, failed, ordinal FROM incoming")


def _codeowners(cursor: Cursor) -> MergeCount:
    select = "SELECT repo, path, knownFrom AS known_from, content, sha, ordinal FROM incoming"
    return merge(cursor, "told_codeowners", ["repo", "sha"], select)


def _branch_commits(cursor: Cursor) -> MergeCount:
    select = "SELECT repo, number, sha, authoredAt AS authored_at, title, ordinal FROM incoming"
    return merge(cursor, "branch_commits", ["repo", "number", "sha"], select)


def _pull_request_files(cursor: Cursor) -> MergeCount:
    select = "SELECT repo, number, path, additions, deletions, ordinal FROM incoming"
    return merge(cursor, "pull_request_files", ["repo", "number", "path"], select)


def _reviews(cursor: Cursor) -> MergeCount:
    _stage_bots(cursor, "reviewer")
    return merge(
        cursor,
        "reviews",
        ["repo", "number", "reviewer", "state", "submitted_at"],
        """SELECT repo, number, reviewer, reviewer IN (SELECT name FROM bot_names) AS is_bot, state,
        submittedAt AS submitted_at, ordinal FROM incoming""",
    )


_DEPLOYMENT_ID = """'dep_' || substr(md5(CASE WHEN id IS NOT NULL THEN concat_ws(chr(31), 'id', repo, id)
    ELSE concat_ws(chr(31), repo, env, coalesce(sha, ''), coalesce(startedAt, deployedAt)::VARCHAR) END), 1, 16)"""
_INCIDENT_ID = """'inc_' || substr(md5(CASE WHEN id IS NOT NULL THEN concat_ws(chr(31), 'id', id)
    ELSE concat_ws(chr(31), title, coalesce(repo, ''), coalesce(service, ''), startedAt::VARCHAR) END), 1, 16)"""


def _deployments(cursor: Cursor) -> MergeCount:
    # Only the sample says which tag or version was deployed; import files have no such field.
    cursor.execute("ALTER TABLE incoming ADD COLUMN IF NOT EXISTS ref VARCHAR")
    return merge(
        cursor,
        "deployments",
        ["deployment_id"],
        f"""SELECT 'import' AS source, {_DEPLOYMENT_ID} AS deployment_id,
        id AS external_id, repo, env, status, sha, ref, startedAt AS started_at, deployedAt AS deployed_at,
        commits, rollbackOf AS rollback_of, isProduction AS said_production, ordinal FROM incoming""",  # noqa: S608 - SQL text of this module
    )


def _incidents(cursor: Cursor) -> MergeCount:
    return merge(
        cursor,
        "incidents",
        ["incident_id"],
        f"""SELECT {_INCIDENT_ID} AS incident_id,
        id AS external_id, title, severity, status, startedAt AS started_at, resolvedAt AS resolved_at,
        repo, service, deploymentId AS deployment_id, ordinal FROM incoming""",  # noqa: S608 - SQL text of this module
    )


def _work_items(cursor: Cursor) -> MergeCount:
    _create_missing_teams(cursor, "SELECT team AS ref FROM incoming")
    return merge(
        cursor,
        "work_items",
        ["key"],
        """SELECT key, type, team, repo, createdAt AS created_at, startedAt AS started_at, doneAt AS done_at,
        activeSecs AS active_secs, status, ordinal FROM incoming""",
    )


_LOADERS: Mapping[str, Callable[[Cursor], MergeCount]] = {
    "teams": _teams,
    "members": _members,
    "repos": _repos,
    "commits": _commits,
    "pushed_commits": _pushed_commits,
    "codeowners": _codeowners,
    "head_checks": _head_checks,
    "pushes": _pushes,
    "branch_commits": _branch_commits,
    "pull_request_files": _pull_request_files,
    "pull_requests": _pull_requests,
    "reviews": _reviews,
    "deployments": _deployments,
    "incidents": _incidents,
    "work_items": _work_items,
    **COPILOT_LOADERS,
    **COVERAGE_LOADERS,
}


def _unloader(target: str, keys: str) -> Callable[[Cursor], None]:
    """Deletes the rows of `target` that `keys` selects, by its columns; both are SQL text of this module."""

    def unload(cursor: Cursor) -> None:
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE leaving AS {keys}")
        names = [name for name, *_ in cursor.execute("SELECT * FROM leaving LIMIT 0").description or ()]
        same = " AND ".join(f"old.{name} IS NOT DISTINCT FROM leaving.{name}" for name in names)
        cursor.execute(f"DELETE FROM {target} old WHERE EXISTS (SELECT 1 FROM leaving WHERE {same})")  # noqa: S608
        cursor.execute("DROP TABLE leaving")

    return unload


def _unload_repos(cursor: Cursor) -> None:
    for table in ("team_repos", "repos"):
        _unloader(table, "SELECT repo FROM incoming")(cursor)


def _unload_pushed_commits(cursor: Cursor) -> None:
    """Commits of which only a push has told; what a repository itself told of the same one stays."""
    guessed = "SELECT g.repo, g.sha, g.parents FROM pushed_commits g SEMI JOIN incoming i USING (repo, sha)"
    _unloader("commits", guessed)(cursor)
    _unloader("pushed_commits", "SELECT repo, sha FROM incoming")(cursor)


_TEAM_IDS = "SELECT t.team_id FROM incoming i JOIN teams t ON t.team_id = i.id OR (i.id IS NULL AND t.name = i.name)"


def _unload_teams(cursor: Cursor) -> None:
    for table in ("team_repos", "teams"):
        _unloader(table, _TEAM_IDS)(cursor)


_UNLOADERS: Mapping[str, Callable[[Cursor], None]] = {
    "teams": _unload_teams,
    "members": _unloader("members", f"SELECT team_id, login FROM ({_MEMBERS})"),  # noqa: S608 - SQL text of this module
    "repos": _unload_repos,
    "commits": _unloader("commits", "SELECT repo, sha FROM incoming"),
    "pushed_commits": _unload_pushed_commits,
    "head_checks": _unloader("head_checks", "SELECT repo, sha FROM incoming"),
    "codeowners": _unloader("told_codeowners", "SELECT repo, sha FROM incoming"),
    "pushes": _unloader("pushes", "SELECT repo, head AS head_sha FROM incoming"),
    "branch_commits": _unloader("branch_commits", "SELECT repo, number, sha FROM incoming"),
    "pull_request_files": _unloader("pull_request_files", "SELECT repo, number, path FROM incoming"),
    "pull_requests": _unloader("pull_requests", "SELECT 'import' AS source, repo, number FROM incoming"),
    "reviews": _unloader("reviews", "SELECT repo, number, reviewer, state, submittedAt AS submitted_at FROM incoming"),
    "deployments": _unloader("deployments", f"SELECT {_DEPLOYMENT_ID} AS deployment_id FROM incoming"),  # noqa: S608
    "incidents": _unloader("incidents", f"SELECT {_INCIDENT_ID} AS incident_id FROM incoming"),  # noqa: S608
    "work_items": _unloader("work_items", "SELECT key FROM incoming"),
}
