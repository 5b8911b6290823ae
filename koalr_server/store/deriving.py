"""Rebuilds the pre-joined fact tables after a load."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from koalr_server.history.graph import CommitGraph
from koalr_server.history.reach import first_containing
from koalr_server.history.reverts import reverted_shas
from koalr_server.records import DELIVERED_KINDS
from koalr_server.store.aside import Beside, InPlace, beside
from koalr_server.store.coverage import derive_coverage_deltas
from koalr_server.store.environments import decide_environments
from koalr_server.store.merging import stage
from koalr_server.store.risk import derive_risk

Cursor = duckdb.DuckDBPyConnection
# Kinds of records that decide whose pull requests and code are everywhere, and those that decide what work is.
PEOPLE_KINDS = frozenset({"teams", "members"})
WORK_KINDS = PEOPLE_KINDS | {"repos", "work_items"}
_SQL = {path.stem: path.read_text(encoding="utf-8") for path in (Path(__file__).parent / "derived").glob("*.sql")}


# What concerns all repositories, and what is made of it.
EVERYWHERE = ("deployments", "incidents", "teams", "members", "team_repos", "work_items")
PLACED = ("told_twice", "incident_facts")
# What facts of a repository are made of, where several statements read it.
TOLD = (
    "commits", "commit_files", "pull_requests", "pull_request_files", "reviews", "codeowners", "told_codeowners"
)  # fmt: skip
MADE = ("pull_request_facts", "reached", "changes", "deployment_facts", "coverage_deltas", "pull_request_signals")
IN_AFFECTED = "repo IN (SELECT repo FROM affected)"
IN_FLOW = "(kind = 'work_item' OR repo IN (SELECT repo FROM flow_repos))"


def derive(cursor: Cursor, repos: Collection[str] | None = None, changed: Collection[str] = WORK_KINDS) -> None:
    """Rebuild the derived tables for `repos` (None: all).

    Runs inside the caller's transaction, so readers see the old or the new facts, never half of them.

    Args:
        changed: kinds of records that may have changed; some concern pull requests everywhere.
    """
    _stage_repos(cursor, "affected", _all_repos(cursor) if repos is None else repos)
    # All of a store is too much to copy.
    work = InPlace() if repos is None else beside(cursor)
    work.read(EVERYWHERE)
    work.change(PLACED)
    decide_environments(cursor)
    cursor.execute(_SQL["counted_deployments"])
    cursor.execute(_SQL["incident_facts"])
    work.read(TOLD, IN_AFFECTED)
    work.rebuild(MADE, IN_AFFECTED)
    _derive_facts(cursor)
    derive_risk(cursor, _SQL, work, people_changed=not PEOPLE_KINDS.isdisjoint(changed))
    _derive_flow(cursor, work, not WORK_KINDS.isdisjoint(changed))
    work.write()


def _derive_flow(cursor: Cursor, work: Beside, everywhere: bool) -> None:
    repos = "FROM affected"
    if everywhere:
        work.write()
        repos = "SELECT DISTINCT repo FROM pull_request_facts UNION SELECT DISTINCT repo FROM flow_items"
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE flow_repos AS {repos}")
    work.rebuild(["flow_items"], IN_FLOW)
    cursor.execute(_SQL["flow_items"])


def _derive_facts(cursor: Cursor) -> None:
    """All that the affected repositories tell by themselves."""
    for name in ("landed_commits", "pull_request_facts"):
        cursor.execute(_SQL[name])
    _rebuild_reached(cursor)
    _stage_revert_mentions(cursor)
    for name in ("changes", "reverts", "deployment_facts"):
        cursor.execute(_SQL[name])
    derive_coverage_deltas(cursor)


def _stage_repos(cursor: Cursor, name: str, repos: Collection[str]) -> None:
    stage(cursor, name, pa.table({"repo": pa.array(sorted(set(repos)), pa.string())}))


def affected_repos(cursor: Cursor, tables: Mapping[str, pa.Table]) -> set[str]:
    """The repositories that freshly loaded import tables say something about; incidents are placed by `derive`."""
    found: set[str] = set()
    for kind in ("commits", "pull_requests", "reviews", "deployments", "coverage_reports", *DELIVERED_KINDS):
        if kind in tables:
            found.update(tables[kind].column("repo").unique().to_pylist())
    if "work_items" in tables:
        stage(cursor, "arrived_items", tables["work_items"].select(["key"]))
        linked = "SELECT DISTINCT repo FROM pull_requests WHERE work_item IN (SELECT key FROM arrived_items)"
        found.update(repo for (repo,) in cursor.execute(linked).fetchall())
    return found


def _stage_revert_mentions(cursor: Cursor) -> None:
    """Temporary table `revert_mentions`: what commit messages say they undo."""
    told = cursor.execute(
        "SELECT repo, sha, message FROM commits WHERE repo IN (SELECT repo FROM affected) AND contains(message, 'his reverts ')"
    ).fetchall()
    mentions = [(repo, mention, sha) for repo, sha, message in told for mention in reverted_shas(message)]
    columns = (
        dict(zip(("repo", "mention", "reverting_sha"), zip(*mentions, strict=True), strict=True)) if mentions else {}
    )
    names = ("repo", "mention", "reverting_sha")
    stage(cursor, "revert_mentions", pa.table({name: pa.array(columns.get(name, ()), pa.string()) for name in names}))


def _all_repos(cursor: Cursor) -> list[str]:
    sources = ("commits", "pull_requests", "deployments", "pull_request_facts", "reached")
    union = " UNION ".join(f"SELECT repo FROM {source}" for source in sources)  # noqa: S608 - our own table names
    return [repo for (repo,) in cursor.execute(union).fetchall()]


def _rebuild_reached(cursor: Cursor) -> None:
    """Fill `reached`: each commit's first production deployment, decided by ancestry."""
    cursor.execute("DELETE FROM reached WHERE repo IN (SELECT repo FROM affected)")
    deployments = _production_deployments(cursor)
    for repo, ordered in deployments.items():
        rows = _first_deployments(cursor, repo, ordered)
        stage(cursor, "arrived", rows)
        cursor.execute("INSERT INTO reached SELECT ?, sha, position, deployment_id, baseline FROM arrived", [repo])


def _production_deployments(cursor: Cursor) -> dict[str, list[tuple[str, list[str]]]]:
    """Per repository its successful production deployments with known content, oldest first: (id, head shas).

    A sha nobody knows (no commit, no pull request) is no content: such a deployment ships no change.
    """
    rows = cursor.execute(
        """WITH known AS (
            SELECT repo, sha FROM commits WHERE repo IN (SELECT repo FROM affected)
            UNION SELECT repo, unnest(list_concat(landing_shas, own_shas)) FROM pull_request_facts WHERE repo IN (SELECT repo FROM affected)
            UNION SELECT repo, head_sha FROM pull_requests WHERE repo IN (SELECT repo FROM affected)
        )
        SELECT d.repo, d.deployment_id, list_concat(CASE WHEN k.sha IS NOT NULL THEN [d.sha] ELSE [] END, coalesce(d.commits, [])) AS heads
        FROM counted_deployments d LEFT JOIN known k ON k.repo = d.repo AND k.sha = d.sha
        WHERE d.repo IN (SELECT repo FROM affected) AND d.status = 'success' AND d.is_production AND len(heads) > 0
        ORDER BY d.repo, coalesce(d.deployed_at, d.started_at), d.deployment_id"""
    ).fetchall()
    ordered: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
    for repo, deployment_id, heads in rows:
        ordered[repo].append((deployment_id, heads))
    return ordered


def _first_deployments(cursor: Cursor, repo: str, ordered: Sequence[tuple[str, list[str]]]) -> pa.Table:
    """Table (sha, position, deployment_id, baseline) of every commit that reached production."""
    commits = cursor.execute("SELECT sha, parents FROM commits WHERE repo = ?", [repo]).fetchall()
    shas = [sha for sha, _ in commits]
    parents: list[list[str]] = [list(links) for _, links in commits]
    # Listed commits that no one imported still count: as commits without parents.
    unknown = dict.fromkeys(head for _, heads in ordered for head in heads)
    for sha in shas:
        unknown.pop(sha, None)
    shas += unknown
    parents += [[] for _ in unknown]
    graph = CommitGraph(shas, parents)
    sha_column: list[str] = []
    positions: list[int] = []
    ids: list[str] = []
    for position, ((deployment_id, _), members) in enumerate(
        zip(ordered, first_containing(graph, [heads for _, heads in ordered]), strict=True)
    ):
        sha_column += [shas[index] for index in members]
        positions += [position] * len(members)
        ids += [deployment_id] * len(members)
    return pa.table(
        {
            "sha": pa.array(sha_column, pa.string()),
            "position": pa.array(positions, pa.int64()),
            "deployment_id": pa.array(ids, pa.string()),
            "baseline": pa.array([position == 0 for position in positions], pa.bool_()),
        }
    )
