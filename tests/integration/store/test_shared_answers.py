"""A shared store answers what a single file answers, to the last digit, however the data came into it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from koalr_server.commands.sampling import load_into
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from koalr_server.store.lake.address import read_address
from koalr_server.store.moving import copy
from tests.integration.server.loaded import import_rows
from tests.integration.store.answers import answers
from tests.oracle.organisations import NOWS, random_organisation

SEED = 7
SAMPLE_NOW = datetime(2025, 3, 31, 23, 59, 59, tzinfo=UTC)
Load = Callable[[Database], object]


def _load_random(database: Database) -> None:
    import_rows(database, random_organisation(SEED))


CASES = [
    pytest.param(lambda database: load_into(LocalAccess(database), shifted=False), SAMPLE_NOW, id="sample"),
    pytest.param(_load_random, NOWS[SEED % len(NOWS)], id="random"),
]


@pytest.mark.parametrize(("load", "now"), CASES)
def test_loaded_moved_there_and_moved_back_it_answers_the_same(
    url: str, tmp_path: Path, load: Load, now: datetime
) -> None:
    single = Database.in_memory()
    load(single)
    expected = answers(single, now)
    shared = Database.open(read_address(url))
    load(shared)
    assert answers(shared, now) == expected
    shared.compact()
    assert answers(shared, now) == expected
    back = Database.open(tmp_path / "back")
    copy(shared, back, lambda *_: None)
    assert answers(back, now) == expected
    for each in (single, shared, back):
        each.close()
