"""A million pull requests with their reviews from files."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

PULL_REQUESTS = int(os.environ.get("IMPORTED_PULL_REQUESTS", "1000000"))
REPOSITORIES = 50
PEOPLE = 400
BEGAN = datetime(2023, 1, 2)
BAR_SECS = 300


def measure() -> Sequence[tuple[str, str, str]]:
    """Two files, two commands, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        took_secs = imported(Path(folder), Path(folder) / "data", PULL_REQUESTS)
    return [(f"import of {PULL_REQUESTS:,} pull requests, then their reviews", f"{took_secs:.0f} s", f"{BAR_SECS} s")]


def imported(folder: Path, data: Path, pull_requests: int) -> float:
    """Write the files into a folder, and import them into a store; seconds of the commands."""
    pulls, reviews = folder / "pulls.jsonl", folder / "reviews.jsonl"
    _write(pulls, map(_pull_request, range(pull_requests)))
    _write(reviews, map(_review, range(pull_requests)))
    began = time.monotonic()
    for kind, path in (("pull_requests", pulls), ("reviews", reviews)):
        command = [sys.executable, "-m", "koalr_server", "import", kind, str(path), "--data", str(data)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - began


def _write(path: Path, rows: Iterator[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row) + "\n")


def _pull_request(number: int) -> dict[str, Any]:
    opened = BEGAN + timedelta(seconds=90 * number)
    return {
        "repo": f"acme/app-{number % REPOSITORIES}",
        "number": number + 1,
        "title": f"Change {number}",
        "author": f"person-{number % PEOPLE}",
        "createdAt": _text(opened),
        "readyAt": _text(opened),
        "firstCommitAt": _text(opened - timedelta(hours=5)),
        "mergedAt": _text(opened + timedelta(hours=20)),
        "mergeSha": f"{number:040x}",
        "additions": number % 500,
        "deletions": number % 90,
    }


def _review(number: int) -> dict[str, Any]:
    return {
        "repo": f"acme/app-{number % REPOSITORIES}",
        "number": number + 1,
        "reviewer": f"person-{(number + 7) % PEOPLE}",
        "state": "approved",
        "submittedAt": _text(BEGAN + timedelta(seconds=90 * number, hours=4)),
    }


def _text(at: datetime) -> str:
    return at.isoformat(timespec="seconds") + "Z"
