"""A shared store of an earlier version is brought to this one's layout when it is opened; a later one is refused and left alone."""

from contextlib import closing

import pytest

from koalr_server.errors import StoreError
from koalr_server.store.database import SCHEMA_VERSION, Database
from koalr_server.store.engine import Cursor
from koalr_server.store.lake.address import read_address
from tests.integration.server.loaded import import_rows
from tests.integration.store.answers import answers
from tests.oracle.organisations import NOWS, random_organisation

SEED = 5


def _make_old(cursor: Cursor) -> None:
    """As the third layout left it: code owners without a commit, nothing of what tools send, figures of another form."""
    cursor.execute("ALTER TABLE codeowners DROP COLUMN sha")
    for table in ("deliveries", "observations", "thing_records", "idle_deliveries", "source_cursors", "pushed_commits"):
        cursor.execute(f"DROP TABLE {table}")
    cursor.execute("DELETE FROM meta WHERE name = 'schema_digest'")
    cursor.execute("UPDATE meta SET value = '3' WHERE name = 'schema_version'")


def test_an_older_layout_is_brought_forward_and_answers_the_same(url: str) -> None:
    address = read_address(url)
    with closing(Database.open(address)) as database:
        import_rows(database, random_organisation(SEED))
        expected = answers(database, NOWS[SEED % len(NOWS)])
        database.write(_make_old)
    with closing(Database.open(address)) as database:
        assert database.rows("SELECT value FROM meta WHERE name = 'schema_version'") == [{"value": SCHEMA_VERSION}]
        assert database.rows("SELECT sha FROM codeowners") == []
        assert answers(database, NOWS[SEED % len(NOWS)]) == expected


def test_a_later_layout_is_refused_and_left_alone(url: str) -> None:
    address = read_address(url)

    def make_newer(cursor: Cursor) -> None:
        cursor.execute("UPDATE meta SET value = '99' WHERE name = 'schema_version'")
        cursor.execute("DROP TABLE repos")

    with closing(Database.open(address)) as database:
        database.write(make_newer)
    for _ in range(2):
        with pytest.raises(StoreError, match="has layout 99") as refused:
            Database.open(address)
        assert "sesame" not in str(refused.value)
