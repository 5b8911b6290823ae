"""A minute of everything at once: viewers, screens, deliveries, faults, kills, and a while without catalogue, on the whole topology.

What must never be is asserted here. Speed and memory are bars of the half hour alone (`python -m tests.soak`), since this machine may do
other things meanwhile; for the same reason few people look, who click the more often.
"""

from pathlib import Path

import pytest

from scripts import replicas
from tests.soak.run import Plan, soak

pytestmark = [
    pytest.mark.skipif(bool(replicas.missing()), reason=f"needs {', '.join(replicas.missing())}"),
]


def test_a_minute_of_everything_loses_nothing_and_makes_no_number_wrong(tmp_path: Path) -> None:
    pytest.importorskip("duckdb_extension_ducklake", reason="needs the packages of requirements-shared.txt")
    plan = Plan(secs=60, people=10, screens=2, thinking_secs=5, per_sec=50, kill_every_secs=20, outage_secs=5)
    found = soak(plan, tmp_path)
    assert found.wrong == [], found.rows
