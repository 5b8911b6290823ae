"""Several processes on one store: all see what one writes, none loses or repeats anything."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from koalr_server.errors import StoreError
from koalr_server.http.keyring import Keyring
from koalr_server.inbox.inbox import Inbox
from koalr_server.keys import new_key
from koalr_server.sources.observation import Delivery
from koalr_server.sources.registry import READERS
from koalr_server.sources.rules import Rules
from koalr_server.store import settling
from koalr_server.store.database import Database
from koalr_server.store.deliveries import add_deliveries, table_of
from koalr_server.store.gateway import LocalAccess
from koalr_server.store.lake import engine, turns
from koalr_server.store.lake.address import read_address
from koalr_server.store.lake.engine import LEAST_GATHER_SECS, LONGEST_GATHER_SECS
from koalr_server.store.settling import agree_on_rules, settle, settled_seq
from tests.contents import contents
from tests.deliveries import BEGAN, Sent, deliveries
from tests.integration.store.conftest import Postgres
from tests.killing import undisturbed


@pytest.fixture
def replicas(shared_url: str) -> Iterator[tuple[Database, Database]]:
    """Two engines of their own, which know nothing of each other, as in two processes."""
    address = read_address(shared_url)
    with closing(Database.open(address)) as one, closing(Database.open(address)) as other:
        yield one, other


def eventually(holds: Callable[[], bool], secs: float = 60) -> None:
    deadline = time.monotonic() + secs
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_versions_follow_what_others_commit(replicas: tuple[Database, Database]) -> None:
    one, other = replicas
    answers, commits = other.version, other.commits
    one.write(lambda cursor: cursor.execute("INSERT INTO repos VALUES ('a/b')") and None)
    eventually(lambda: other.version == one.version > answers and other.commits > commits)
    assert other.rows("SELECT repo FROM repos") == [{"repo": "a/b"}]
    answers, commits = other.version, other.commits
    one.write(lambda cursor: cursor.execute("INSERT INTO meta VALUES ('x', 'y')") and None, touches_answers=False)
    eventually(lambda: other.commits > commits)
    one.write_beside(lambda cursor: add_deliveries(cursor, table_of([Delivery("github", "ping", "1", b"{}")]), BEGAN))
    # A later commit has been seen, so the one before it has been, too.
    commits = other.commits
    one.write(lambda cursor: cursor.execute("INSERT INTO meta VALUES ('z', 'y')") and None, touches_answers=False)
    eventually(lambda: other.commits > commits)
    assert other.version == answers


def test_a_key_revoked_on_one_is_refused_by_the_other(replicas: tuple[Database, Database]) -> None:
    one, other = replicas
    key, keyring = new_key(), Keyring(other, {})
    arguments = {"key": key, "name": "test", "scopes": ["read"], "teams": [], "limit": 60}
    key_id = LocalAccess(one).call("create_key", arguments)["key_id"]
    eventually(lambda: keyring.authenticate(key) is not None)
    LocalAccess(one).call("revoke_key", {"key_id": key_id})
    eventually(lambda: keyring.authenticate(key) is None)


def test_one_reads_deliveries_at_a_time(replicas: tuple[Database, Database]) -> None:
    one, other = replicas
    with one.reader() as first, other.reader() as second:
        assert (first, second) == (True, False)
    with other.reader() as now:
        assert now


def test_the_same_delivery_sent_to_both_at_once_is_kept_once(replicas: tuple[Database, Database]) -> None:
    sent = [Delivery("github", each.event, each.key, each.body) for each in deliveries(5)]

    def send(database: Database) -> None:
        for each in sent:
            database.write_beside(lambda cursor, each=each: add_deliveries(cursor, table_of([each, each]), BEGAN))

    both = [threading.Thread(target=send, args=(database,)) for database in replicas]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    rows = replicas[0].rows("SELECT key, seq FROM deliveries")
    assert sorted(row["key"] for row in rows) == sorted(f"github:{each.key}" for each in sent)
    assert len({row["seq"] for row in rows}) == len(sent)


def test_both_read_the_inbox_and_each_delivery_counts_once(replicas: tuple[Database, Database]) -> None:
    sent = deliveries(30)
    inboxes = [Inbox(database, Rules(), 90, gather_secs=0) for database in replicas]
    for inbox in inboxes:
        inbox.start()
    kept = [inboxes[index % 2].accept(_delivery(each)) for index, each in enumerate(sent)]
    for future in kept:
        future.result(timeout=60)
    eventually(lambda: not inboxes[0].unread(), 60)
    for inbox in inboxes:
        inbox.stop()
    with closing(undisturbed(sent)) as expected:
        assert contents(replicas[1]) == contents(expected)
    assert replicas[0].rows("SELECT count(*) AS n FROM deliveries") == [{"n": len(sent)}]


def test_what_earlier_readers_told_is_told_anew_by_one_of_them(
    replicas: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = deliveries(5)
    replicas[0].write_beside(lambda cursor: add_deliveries(cursor, table_of(map(_delivery, sent)), BEGAN))
    settle(replicas[0], Rules())
    eventually(lambda: settled_seq(replicas[1]) == settled_seq(replicas[0]))
    read, original, together = [], settling.read, threading.Barrier(2)
    monkeypatch.setattr(settling, "read", lambda batch: read.extend(batch) or original(batch))

    def start(database: Database) -> None:
        assert not readers_of(database)
        together.wait()
        agree_on_rules(database, Rules())

    both = [threading.Thread(target=start, args=(database,)) for database in replicas]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(read) == len(sent)
    assert readers_of(replicas[0]) == readers_of(replicas[1]) == [str(READERS)]


def readers_of(database: Database) -> list[str]:
    return [row["value"] for row in database.rows("SELECT value FROM meta WHERE name = 'source_readers'")]


def _delivery(sent: Sent) -> Delivery:
    return Delivery("github", sent.event, sent.key, sent.body)


def test_what_one_kept_and_did_not_live_to_read_the_other_reads(replicas: tuple[Database, Database]) -> None:
    one, other = replicas
    table = table_of(map(_delivery, deliveries(2)))
    one.write_beside(lambda cursor: add_deliveries(cursor, table, BEGAN))
    inbox = Inbox(other, Rules(), 90, gather_secs=0)
    inbox.start()
    eventually(lambda: settled_seq(one) > 0, 30)
    inbox.stop()
    assert one.rows("SELECT 1 FROM pull_request_facts")


def test_a_batch_that_another_read_first_is_not_read_again(replicas: tuple[Database, Database]) -> None:
    one, other = replicas
    table = table_of(map(_delivery, deliveries(2)))
    one.write_beside(lambda cursor: add_deliveries(cursor, table, BEGAN))
    assert settle(one, Rules()).total() == table.num_rows
    assert not settle(other, Rules())


def test_many_writers_add_up(replicas: tuple[Database, Database]) -> None:
    def add_one(cursor: duckdb.DuckDBPyConnection) -> None:
        (before,) = cursor.execute("SELECT coalesce(max(value::INTEGER), 0) FROM meta WHERE name = 'sum'").fetchall()
        cursor.execute("DELETE FROM meta WHERE name = 'sum'")
        cursor.execute("INSERT INTO meta VALUES ('sum', ?)", [str(before[0] + 1)])

    def run(database: Database) -> None:
        for _ in range(10):
            database.write(add_one)

    both = [threading.Thread(target=run, args=(database,)) for database in replicas]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert replicas[0].rows("SELECT value FROM meta WHERE name = 'sum'") == [{"value": "20"}]


def test_a_change_that_lost_its_turn_is_not_committed(replicas: tuple[Database, Database], postgres: Postgres) -> None:
    one, other = replicas
    locked = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'"

    def change(cursor: duckdb.DuckDBPyConnection) -> None:
        cursor.execute("INSERT INTO repos VALUES ('a/b')")
        assert postgres.server.query("postgres", locked) == "1"

    with pytest.raises(StoreError, match="nothing was changed: no turn"):
        one.write(change)
    assert other.rows("SELECT * FROM repos") == []


def test_compaction_changes_nothing_that_anybody_sees(replicas: tuple[Database, Database]) -> None:
    one, other = replicas
    sent = deliveries(10)
    for part in (sent[:20], sent[20:40], sent[40:]):
        table = table_of(map(_delivery, part))
        one.write_beside(lambda cursor, table=table: add_deliveries(cursor, table, BEGAN))
        settle(one, Rules())
    eventually(lambda: one.version == other.version, 30)
    before, version = contents(other), one.version
    done = other.compact()
    assert done["rows_flushed"] > 0
    assert contents(one) == contents(other) == before
    assert one.version == version
    assert other.compact()["rows_flushed"] == 0


def test_a_catalogue_that_is_gone_is_a_sentence_and_comes_back(shared_url: str, postgres: Postgres) -> None:
    address = read_address(shared_url)
    with closing(Database.open(address)) as database:
        version = database.version
        postgres.server.stop()
        try:
            with pytest.raises(StoreError, match="could not be read") as unread:
                database.rows("SELECT 1 FROM teams")
            with pytest.raises(StoreError, match="nothing was changed") as unwritten:
                database.write(lambda cursor: cursor.execute("INSERT INTO repos VALUES ('a/b')") and None)
            assert "sesame" not in f"{unread.value} {unwritten.value}"
            assert database.version == version
            with pytest.raises(StoreError, match="cannot be reached") as refused:
                Database.open(address)
            assert "sesame" not in str(refused.value)
            assert f"127.0.0.1:{postgres.server.port}" in str(refused.value)
        finally:
            postgres.server.start()
        eventually(lambda: _works(database))
        assert database.rows("SELECT repo FROM repos") == [{"repo": "c/d"}]


def _works(database: Database) -> bool:
    try:
        database.write(lambda cursor: cursor.execute("INSERT INTO repos VALUES ('c/d')") and None)
    except StoreError:
        return False
    return True


def test_a_wrong_password_is_a_sentence_without_it(shared_url: str) -> None:
    wrong = shared_url.replace("koalr:", "koalr:wrong-", 1)
    with pytest.raises(StoreError, match="password authentication failed") as refused:
        Database.open(read_address(wrong))
    assert "sesame" not in str(refused.value)
    assert "wrong-" not in str(refused.value)


def test_whoever_waits_too_long_for_a_turn_is_told(
    replicas: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = replicas
    monkeypatch.setattr(turns, "PATIENCE_SECS", 1)
    inside, over = threading.Event(), threading.Event()

    def slow(cursor: duckdb.DuckDBPyConnection) -> None:
        inside.set()
        over.wait(60)

    thread = threading.Thread(target=one.write, args=(slow,))
    thread.start()
    inside.wait(60)
    with pytest.raises(StoreError, match=r"no turn .* lock timeout"):
        other.write(lambda cursor: None)
    over.set()
    thread.join()


def test_a_change_is_not_committed_while_another_process_keeps_deliveries(
    replicas: tuple[Database, Database],
) -> None:
    one, other = replicas
    keeping, over, written = threading.Event(), threading.Event(), threading.Event()

    def keep(_cursor: duckdb.DuckDBPyConnection) -> None:
        keeping.set()
        over.wait(60)

    def write() -> None:
        other.write(lambda cursor: cursor.execute("INSERT INTO repos VALUES ('a/b')") and None)
        written.set()

    threads = [threading.Thread(target=one.write_beside, args=(keep,)), threading.Thread(target=write)]
    threads[0].start()
    assert keeping.wait(60)
    threads[1].start()
    assert not written.wait(0.5)
    over.set()
    for thread in threads:
        thread.join()
    assert one.rows("SELECT repo FROM repos") == [{"repo": "a/b"}]


def test_the_longer_keeping_took_last_the_more_is_kept_together(
    replicas: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = replicas
    now = [0.0]
    monkeypatch.setattr(engine, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def keep(secs: float, fault: type[Exception] | None = None) -> None:
        def change(_cursor: duckdb.DuckDBPyConnection) -> None:
            now[0] += secs
            if fault:
                raise fault

        one.write_beside(change)

    gathered = []
    for secs in (0.001, 0.05, 3.0, 0.03):
        keep(secs)
        gathered.append(one.gather_secs)
    with pytest.raises(ValueError):  # noqa: PT011 - it has no text
        keep(0.07, ValueError)
    assert [*gathered, one.gather_secs] == pytest.approx([LEAST_GATHER_SECS, 0.3, LONGEST_GATHER_SECS, 0.18, 0.18])


def test_the_engine_may_touch_nothing_but_its_lake(replicas: tuple[Database, Database]) -> None:
    for statement in (
        "FROM read_csv('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/koalr-leak.csv'",
        "SET enable_external_access = true",
        "INSTALL spatial",
        "ATTACH '/tmp/koalr-leak.db'",
    ):
        with pytest.raises(duckdb.Error):
            replicas[0].rows(statement)


def test_replicas_that_start_at_once_on_an_empty_catalogue_make_one_store(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.empty_store(tmp_path)
    program = "import sys; from koalr_server.store.database import Database as D; from koalr_server.store.lake.address import *; "
    program += "sys.stdin.readline(); D.open(read_address(sys.argv[1])).close()"
    starting = [
        subprocess.Popen([sys.executable, "-c", program, url], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for each in starting:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    assert [each.communicate(timeout=120)[1] for each in starting] == ["", "", ""]
    with closing(Database.open(read_address(url))) as database:
        assert database.rows("SELECT count(*) AS n FROM meta WHERE name = 'schema_version'") == [{"n": 1}]
