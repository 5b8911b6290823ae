"""A server that is killed at random moments while deliveries arrive: what it acknowledged is there, once, and read."""

import random
from pathlib import Path

import pytest

from koalr_server.sources.observation import Delivery
from koalr_server.sources.rules import Rules
from koalr_server.store.database import Database
from koalr_server.store.deliveries import add_deliveries, table_of
from koalr_server.store.settling import reprocess, settle
from tests.contents import REPEATED, contents
from tests.deliveries import BEGAN, deliveries
from tests.killing import PULL_REQUESTS, Senders, assert_reopened, killed_again_and_again, undisturbed


def test_nothing_acknowledged_is_lost_and_nothing_is_there_twice(tmp_path: Path) -> None:
    sent = deliveries(PULL_REQUESTS)
    senders = Senders(sent)
    restarts = killed_again_and_again(tmp_path, senders)
    database = Database.open(tmp_path)
    keys = [row["key"].removeprefix("github:") for row in database.rows("SELECT key FROM deliveries")]
    assert senders.acknowledged <= set(keys)
    assert len(keys) == len(set(keys)) == len(sent)
    while settle(database, Rules()):
        pass
    expected = undisturbed(sent)
    assert contents(database) == contents(expected)
    assert reprocess(database, Rules()) == len(sent)
    assert contents(database) == contents(expected)
    database.close()
    expected.close()
    assert_reopened(restarts)


@pytest.mark.parametrize("seed", range(3))
def test_any_order_and_repetition_gives_the_same_tables(seed: int) -> None:
    sent = deliveries(12)
    chance = random.Random(seed)
    shuffled = chance.sample(sent * 2, len(sent) * 2)
    database = Database.in_memory()
    while shuffled:
        batch, shuffled = shuffled[: (size := chance.randint(1, 30))], shuffled[size:]
        table = table_of(Delivery("github", each.event, f"{each.key}-{chance.random()}", each.body) for each in batch)
        database.write_beside(lambda cursor, table=table: add_deliveries(cursor, table, BEGAN))
        if chance.random() < 0.7:
            settle(database, Rules())
    while settle(database, Rules()):
        pass
    expected = undisturbed(sent)
    assert contents(database, REPEATED) == contents(expected, REPEATED)
    assert len(database.rows("SELECT 1 FROM pull_request_facts WHERE merged_at IS NOT NULL")) == 12
    database.close()
    expected.close()
