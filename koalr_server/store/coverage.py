"""Loads coverage reports, and derives how much pull requests changed coverage."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import duckdb
import pyarrow as pa

from koalr_server.history.baselines import nearest_measured
from koalr_server.store.merging import MergeCount, merge, stage

Cursor = duckdb.DuckDBPyConnection
DELTAS = pa.schema([("repo", pa.string()), ("number", pa.int64()), ("delta", pa.float64())])


def _reports(cursor: Cursor) -> MergeCount:
    """One row per report of a commit. A report that says the same as before keeps its time, unless another one is given."""
    return merge(
        cursor,
        "coverage_reports",
        ["repo", "sha", "report"],
        """SELECT i.repo, i.sha, i.report, i.covered, i.coverable,
        coalesce(i.measuredAt, old.measured_at, i.readAt) AS measured_at, i.ordinal
        FROM incoming i LEFT JOIN coverage_reports old
            ON old.repo = i.repo AND old.sha = i.sha AND old.report = i.report
            AND old.covered = i.covered AND old.coverable = i.coverable""",
    )


COVERAGE_LOADERS: Mapping[str, Callable[[Cursor], MergeCount]] = {"coverage_reports": _reports}


def derive_coverage_deltas(cursor: Cursor) -> None:
    """Rebuild `coverage_deltas` of the `affected` repositories: coverage at a pull request's head less that at its base.

    docs/OPERATIONS.md#coverage says what head and base are.
    """
    cursor.execute("DELETE FROM coverage_deltas WHERE repo IN (SELECT repo FROM affected)")
    repos = cursor.execute(
        "SELECT DISTINCT repo FROM coverage_reports WHERE repo IN (SELECT repo FROM affected)"
    ).fetchall()
    rows = [row for (repo,) in repos for row in _deltas(cursor, repo)]
    if rows:
        columns = [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), DELTAS, strict=True)]
        stage(cursor, "found_deltas", pa.Table.from_arrays(columns, schema=DELTAS))
        cursor.execute("INSERT INTO coverage_deltas SELECT repo, number, delta FROM found_deltas")


def _deltas(cursor: Cursor, repo: str) -> Iterator[tuple[str, int, float]]:
    parents = dict(cursor.execute("SELECT sha, parents FROM commits WHERE repo = ?", [repo]).fetchall())
    shares = _shares(cursor, repo, parents.keys())
    pull_requests = cursor.execute(
        """WITH measured AS (SELECT unnest(?::VARCHAR[]) AS sha)
        SELECT number, head_sha, own_shas, landing_shas FROM pull_request_facts
        WHERE repo = ? AND (head_sha IN (FROM measured) OR own_shas[-1] IN (FROM measured) OR landing_shas[1] IN (FROM measured))""",
        [list(shares), repo],
    ).fetchall()
    for number, head, own, landing in pull_requests:
        delta = _delta(head, own, landing, parents, shares)
        if delta is not None:
            yield repo, number, delta


def _delta(
    head: str | None,
    own: Sequence[str],
    landing: Sequence[str],
    parents: Mapping[str, Sequence[str]],
    shares: Mapping[str, float],
) -> float | None:
    """The change in coverage, a signed share; None if head or base was not measured."""
    measured = next((sha for sha in (head, *own[-1:], *landing[:1]) if sha in shares), None)
    if measured is None:
        return None
    # The branch of a squash is often in no clone; then the base is what it was merged onto.
    start = next((sha for sha in (measured, *landing[:1]) if sha in parents), measured)
    base = nearest_measured(parents, start, {*own, *landing, measured}, shares)
    return None if base is None else round(shares[measured] - shares[base], 6)


def _shares(cursor: Cursor, repo: str, commits: Collection[str]) -> dict[str, float]:
    """Covered lines of coverable ones by commit, all reports of a commit together."""
    reports = cursor.execute(
        "SELECT sha, covered, coverable FROM coverage_reports WHERE repo = ? ORDER BY ALL", [repo]
    ).fetchall()
    heads = cursor.execute(
        "SELECT DISTINCT head_sha FROM pull_request_facts WHERE repo = ? AND head_sha IS NOT NULL", [repo]
    ).fetchall()
    known = sorted({*commits, *(sha for (sha,) in heads)})
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for sha, covered, coverable in reports:
        total = sums[_full(sha, known)]
        total[0] += covered
        total[1] += coverable
    return {sha: covered / coverable for sha, (covered, coverable) in sums.items()}


def _full(sha: str, known: Sequence[str]) -> str:
    """The one known commit that a sha, perhaps abbreviated, means; else the sha itself. `known` is sorted."""
    place = bisect_left(known, sha)
    found = [commit for commit in known[place : place + 2] if commit.startswith(sha)]
    return found[0] if found and (found[0] == sha or len(found) == 1) else sha
