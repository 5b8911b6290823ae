"""The same questions on SQLite: indexed by time, rows of each window fetched in order of value for their median."""

import sqlite3
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from koalr_server.metrics.windows import Window, trend_weeks
from koalr_server.store.database import Database
from tests.benchmarks.organisation import NOW

ROUNDS = 3
BATCH = 200_000
TABLES = {
    "changes": "SELECT epoch(finished_at) AS t, lead_secs, idea_to_commit_secs, commit_to_merge_secs, merge_to_deploy_secs "
    "FROM changes WHERE NOT is_bot",
    "deployments": "SELECT epoch(finished_at) AS t, failed_at IS NOT NULL AS failed FROM deployment_facts WHERE finished_at IS NOT NULL",
    "reviewed": "SELECT epoch(first_review_at) AS t, first_response_secs, review_cycle_secs FROM pull_request_facts WHERE NOT is_bot",
    "items": "SELECT epoch(done_at) AS t, epoch(in_progress_from) AS began, cycle_secs, active_secs, elapsed_secs FROM flow_items",
    "merged": "SELECT epoch(merged_at) AS t, pull_request_id, number, title, repo, author FROM pull_request_facts WHERE merged_at IS NOT NULL",
}
Windows = Sequence[tuple[float, float]]


def measure(database: Database, folder: Path) -> dict[str, float]:
    """Milliseconds per question, by the names the API's figures have."""
    path = folder / "peer.sqlite"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    fill(connection, database)
    windows = asked_windows()
    questions: dict[str, Callable[[], object]] = {
        "metrics/dora": lambda: [medians(connection, "changes", ["lead_secs"], windows), counts(connection, windows)],
        "value-stream": lambda: medians(
            connection, "changes", ["idea_to_commit_secs", "commit_to_merge_secs", "merge_to_deploy_secs"], windows
        ),
        "flow": lambda: [medians(connection, "items", ["cycle_secs"], windows), in_progress(connection, windows)],
        "review-metrics": lambda: means(connection, windows),
        "pull-requests, first 100 pages": lambda: page(connection, windows[0], 50),
    }
    found = {name: timed(question) for name, question in questions.items()}
    connection.close()
    return found


def fill(connection: sqlite3.Connection, database: Database) -> None:
    """Copy what the questions need, with an index on time each."""
    connection.execute("PRAGMA journal_mode=OFF")
    for name, sql in TABLES.items():
        cursor = database._connection.cursor()
        cursor.execute(sql)
        columns = [column[0] for column in cursor.description or ()]
        connection.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
        while rows := cursor.fetchmany(BATCH):
            connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", rows)
        connection.execute(f"CREATE INDEX {name}_t ON {name} (t)")
    connection.execute("CREATE INDEX items_open ON items (began) WHERE t IS NULL")
    connection.commit()


def asked_windows() -> Windows:
    """The window, the one before, and the weeks of its trend, as epoch seconds."""
    window = Window.rolling(datetime.fromisoformat(NOW).replace(tzinfo=None), 30)
    wanted = [window, window.previous(), *(week.window for week in trend_weeks(window))]
    zero = datetime(1970, 1, 1)
    return [((each.after - zero).total_seconds(), (each.until - zero).total_seconds()) for each in wanted]


def medians(connection: sqlite3.Connection, table: str, columns: Sequence[str], windows: Windows) -> list[float | None]:
    """The median of each column in each window."""
    found = []
    for after, until in windows:
        for column in columns:
            sql = f"SELECT {column} FROM {table} WHERE t > ? AND t <= ? AND {column} IS NOT NULL ORDER BY {column}"
            values = [value for (value,) in connection.execute(sql, (after, until))]
            found.append(statistics.median(values) if values else None)
    return found


def counts(connection: sqlite3.Connection, windows: Windows) -> list[object]:
    """Deployments and failed ones per window."""
    sql = "SELECT count(*), sum(failed) FROM deployments WHERE t > ? AND t <= ?"
    return [connection.execute(sql, window).fetchone() for window in windows]


def means(connection: sqlite3.Connection, windows: Windows) -> list[object]:
    """Review times per window."""
    sql = "SELECT count(*), avg(first_response_secs), avg(review_cycle_secs) FROM reviewed WHERE t > ? AND t <= ?"
    return [connection.execute(sql, window).fetchone() for window in windows]


def in_progress(connection: sqlite3.Connection, windows: Windows) -> list[object]:
    """Items begun and not done at each window's end, of those the newest window can still see."""
    earliest = min(after for after, _ in windows)
    sql = "SELECT count(*) FROM items WHERE began <= ? AND (t IS NULL OR t > ?) AND (t IS NULL OR t > ?)"
    return [connection.execute(sql, (until, until, earliest)).fetchone() for _, until in windows]


def page(connection: sqlite3.Connection, window: tuple[float, float], number: int) -> object:
    """One page of the list and its total."""
    after, until = window
    sql = "SELECT * FROM merged WHERE t > ? AND t <= ? ORDER BY t DESC, pull_request_id LIMIT 25 OFFSET ?"
    rows = connection.execute(sql, (after, until, 25 * number)).fetchall()
    return rows, connection.execute("SELECT count(*) FROM merged WHERE t > ? AND t <= ?", (after, until)).fetchone()


def timed(question: Callable[[], object]) -> float:
    """Median milliseconds of a few rounds after one that warms up."""
    question()
    spans = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        question()
        spans.append((time.perf_counter() - started) * 1000)
    return statistics.median(spans)
