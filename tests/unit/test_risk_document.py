"""docs/RISK.md lists every signal as the catalogue has it, and cites what it lists."""

import re
from pathlib import Path

import pytest

from koalr_server.risk.signals import SIGNALS, Signal

TEXT = (Path(__file__).parents[2] / "docs" / "RISK.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]*) \|$", TEXT, re.MULTILINE)
UNITS = {"share": "0 to 1"}


def test_the_table_has_the_signals_in_the_order_of_the_catalogue() -> None:
    assert [row[0] for row in ROWS] == [signal.name for signal in SIGNALS]


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_a_signal_has_its_unit_and_a_source(signal: Signal) -> None:
    (row,) = [row for row in ROWS if row[0] == signal.name]
    assert row[1] == UNITS.get(signal.unit, signal.unit)
    assert re.search(r"\d{4}|our choice|our reading", row[3])


def test_categories_stand_above_their_signals() -> None:
    headings = re.findall(r"^\| \*\*([^*]+)\*\* \|", TEXT, re.MULTILINE)
    assert headings == list(dict.fromkeys(signal.category for signal in SIGNALS))


def test_every_paper_that_is_named_is_listed() -> None:
    sources = TEXT.split("## Sources")[1]
    named = {match for row in ROWS for match in re.findall(r"([A-Z]\w+)[^;|]*? (\d{4})", row[3])}
    assert named
    for author, year in named:
        assert re.search(rf"{author}.*{year}", sources), (author, year)
