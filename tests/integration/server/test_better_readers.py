"""A version that reads deliveries otherwise than the one before: what is kept is read once more, once, and by nobody older."""

from collections.abc import Iterator
from typing import Any

import pytest

from koalr_server.errors import ConflictError
from koalr_server.sources.registry import READERS
from koalr_server.sources.rules import Rules
from koalr_server.store import settling
from koalr_server.store.database import Database
from koalr_server.store.settling import agree_on_rules, reprocess, settle, settled_seq
from tests.integration.server.telling import github, keep, take
from tests.unit.server.sources.github.stories import on_issue

INCIDENT = [{"name": "incident"}]
# As the labels of a list were kept before they said as of when; of one second the old text is the greater one.
OLD_LABELS = """UPDATE observations SET fields = '{"labels": []}' WHERE facet = 'labels'"""


@pytest.fixture
def database() -> Iterator[Database]:
    """A store that was told of an incident, and knows it as earlier readers would: as an issue without labels."""
    database = Database.in_memory()
    take(database, Rules(), github(*on_issue("opened", 0, labels=INCIDENT)))
    read_by(database, READERS - 1)
    database.write(lambda cursor: cursor.execute(OLD_LABELS) and None)
    yield database
    database.close()


def read_by(database: Database, readers: int) -> None:
    """Have it noted that these readers have read the store."""
    told = ["source_readers", str(readers)]

    def change(cursor: Any) -> None:
        cursor.execute("DELETE FROM meta WHERE name = ?", told[:1])
        cursor.execute("INSERT INTO meta VALUES (?, ?)", told)

    database.write(change)


def readers_of(database: Database) -> list[str]:
    return [row["value"] for row in database.rows("SELECT value FROM meta WHERE name = 'source_readers'")]


def labels_of(database: Database) -> list[str]:
    return [row["fields"] for row in database.rows("SELECT fields FROM observations WHERE facet = 'labels'")]


def test_what_earlier_readers_told_is_told_anew_once(database: Database) -> None:
    assert agree_on_rules(database, Rules())
    assert [row for row in labels_of(database) if "incident" in row] == labels_of(database) != []
    assert readers_of(database) == [str(READERS)]
    version = database.version
    assert not agree_on_rules(database, Rules())
    assert database.version == version


def test_records_are_made_anew_of_it(database: Database) -> None:
    database.write(lambda cursor: cursor.execute("DELETE FROM incidents; DELETE FROM thing_records") and None)
    agree_on_rules(database, Rules())
    assert [row["title"] for row in database.rows("SELECT title FROM incidents")] == ["Cannot search"]


def test_what_bodies_told_that_are_no_longer_kept_stays(database: Database) -> None:
    database.write(lambda cursor: cursor.execute("DELETE FROM deliveries") and None)
    assert agree_on_rules(database, Rules())
    assert labels_of(database) == ['{"labels": []}']
    assert readers_of(database) == [str(READERS)]


def test_a_store_without_deliveries_has_nothing_to_tell_anew() -> None:
    database = Database.in_memory()
    version = database.version
    assert not agree_on_rules(database, Rules())
    assert readers_of(database) == [str(READERS)]
    assert database.version == version
    database.close()


def test_a_body_that_cannot_be_read_now_does_not_keep_the_next_ones_from_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def assemble(told: Any, rules: Rules) -> Any:
        if told[0].key.endswith("#7"):
            raise KeyError(told[0].key)
        return original(told, rules)

    original = settling.assemble
    monkeypatch.setattr(settling, "assemble", assemble)
    take(database, Rules(), github(*on_issue("opened", 1, number=8)))
    assert database.rows("SELECT key FROM work_items") == [{"key": "acme/api#8"}]
    assert readers_of(database) == [str(READERS - 1)]
    monkeypatch.undo()
    assert agree_on_rules(database, Rules())


class TestAnOlderVersion:
    """One whose readers are earlier than those that have read the store."""

    def test_keeps_what_arrives_and_leaves_the_reading_to_newer_ones(self, database: Database) -> None:
        read_by(database, READERS + 1)
        before = labels_of(database), settled_seq(database)
        with pytest.raises(ConflictError, match=rf"readers {READERS + 1}, here {READERS}.*update this one"):
            take(database, Rules(), github(*on_issue("opened", 1, number=8)))
        assert (labels_of(database), settled_seq(database)) == before
        assert readers_of(database) == [str(READERS + 1)]
        assert database.rows("SELECT count(*) AS kept FROM deliveries") == [{"kept": 2}]

    def test_stops_reading_when_a_newer_one_has_begun_to(self, database: Database) -> None:
        agree_on_rules(database, Rules())
        keep(database, github(*on_issue("opened", 1, number=8)))
        read_by(database, READERS + 1)
        with pytest.raises(ConflictError):
            settle(database, Rules())

    def test_can_be_gone_back_to(self, database: Database) -> None:
        read_by(database, READERS + 1)
        assert reprocess(database, Rules()) == 1
        take(database, Rules(), github(*on_issue("opened", 1, number=8)))
        assert database.rows("SELECT key FROM work_items") == [{"key": "acme/api#8"}]
