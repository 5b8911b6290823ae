"""`make bench`: speed against a floor or a peer of the same run, as a table with machine and commit.

Arguments name the parts to run (start, ingest, memory, api, cached, noise, scale, concurrency, forecast, risk, client, pages, wall,
webhooks, files, costs, replicas); none means all.
"""

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks import (
    api,
    client,
    concurrency,
    costs,
    files,
    forecast,
    ingest,
    noise,
    pages,
    replicas,
    risk,
    scale,
    start,
    webhooks,
)

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "bench-results"


@dataclass(frozen=True)
class Part:
    """A group of measurements."""

    name: str
    measure: Callable[[], Sequence[tuple[str, str, str]]]


PARTS = (
    Part("start", start.measure),
    Part("ingest", ingest.measure),
    Part("memory", ingest.measure_memory),
    Part("api", api.measure),
    Part("cached", api.measure_cached),
    Part("risk", risk.measure),
    Part("scale", scale.measure),
    Part("concurrency", concurrency.measure),
    Part("noise", noise.measure),
    Part("forecast", forecast.measure),
    Part("client", client.measure),
    Part("pages", pages.measure),
    Part("wall", pages.measure_wall),
    Part("webhooks", webhooks.measure),
    Part("files", files.measure),
    Part("costs", costs.measure),
    Part("replicas", replicas.measure),
)


def main(wanted: Sequence[str]) -> None:
    """Measure and write the table."""
    lines = [heading(), "", "| what | measured | bar |", "| --- | --- | --- |"]
    print("\n".join(lines), flush=True)
    for part in PARTS:
        if wanted and part.name not in wanted:
            continue
        for what, measured, bar in part.measure():
            lines.append(f"| {what} | {measured} | {bar} |")
            print(lines[-1], flush=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def heading() -> str:
    """Machine and commit."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC at {commit}, Python {platform.python_version()}, "
        f"{platform.machine()} with {os.cpu_count()} cores, load {load}."
    )


if __name__ == "__main__":
    main(sys.argv[1:])
