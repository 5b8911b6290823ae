"""Reads and writes at once: every answer rests on whole writes."""

from pathlib import Path

from tests.benchmarks.concurrency import reading
from tests.benchmarks.organisation import opened


def test_four_readers_beside_a_writer_see_whole_batches_only(tmp_path: Path) -> None:
    database = opened(tmp_path, 5_000)
    reads, batches, faults = reading(database, 3.0, writer=True)
    database.close()
    assert not faults
    assert reads > 4
    assert batches > 1
