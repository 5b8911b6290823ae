"""Reading and loading a repository against plain `git log`, and the memory it takes.

KOALR_BENCH_REPO names a real clone to measure instead of a generated one.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.oracle.repository_writer import RepositoryWriter

ROOT = Path(__file__).parents[2]
FLOOR = ["git", "log", "HEAD", "--branches", "--tags", "--numstat", "-M"]
ROUNDS = 3
ALLOWED_FACTOR, ALLOWED_SECS = 1.25, 1.0


def measure() -> Sequence[tuple[str, str, str]]:
    """Median of pairs: the floor, then the command into an empty store."""
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(os.environ.get("KOALR_BENCH_REPO") or generated(Path(folder) / "repository", 6000))
        pairs = [
            (floor_secs(repository), ingest_secs(repository, Path(folder) / f"data{index}")) for index in range(ROUNDS)
        ]
    floor, mine = (statistics.median(column) for column in zip(*pairs, strict=True))
    commits = subprocess.run(
        ["git", "-C", str(repository), "rev-list", "--count", "HEAD", "--branches", "--tags"],
        capture_output=True,
        text=True,
    )
    allowed = ALLOWED_FACTOR * floor + ALLOWED_SECS
    count = commits.stdout.strip() or "6000"
    return [
        (
            f"ingest git of {count} commits",
            f"{mine:.2f} s; git log {floor:.2f} s; {mine / floor:.2f} ×",
            f"at most {allowed:.2f} s",
        )
    ]


def measure_memory() -> Sequence[tuple[str, str, str]]:
    """Peak memory of reading 100,000 commits."""
    with tempfile.TemporaryDirectory() as folder:
        repository = generated(Path(folder) / "repository", 100_000)
        seconds = ingest_secs(repository, Path(folder) / "data")
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [("peak memory of ingest git, 100,000 commits", f"{peak_mib:.0f} MiB in {seconds:.0f} s", "under 1024 MiB")]


def generated(path: Path, commits: int) -> Path:
    """A linear history with squashes and releases."""
    from datetime import datetime, timedelta

    moment = datetime(2015, 1, 1)
    with RepositoryWriter(path) as writer:
        parent: list[str] = []
        for number in range(commits):
            moment += timedelta(minutes=30)
            parent = [writer.commit(parent, f"Change {number} (#{number})", f"Person {number % 40}", moment)]
    return path


def floor_secs(repository: Path) -> float:
    """What git alone takes."""
    started = time.monotonic()
    subprocess.run(FLOOR, cwd=repository, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.monotonic() - started


def ingest_secs(repository: Path, data: Path) -> float:
    """The whole command, interpreter start included, its modules compiled before as after any first run."""
    command = [sys.executable, "-m", "koalr_server", "ingest", "git", str(repository), "--data", str(data)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(data.parent / "compiled")
    if not (data.parent / "compiled").exists():
        subprocess.run([*command[:3], "--help"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
    started = time.monotonic()
    subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.monotonic() - started
