"""`risk features PATH --out FILE`."""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from koalr_server.commands.output import output
from koalr_server.commands.progress import Progress

if TYPE_CHECKING:
    from koalr_server.ingest.git import ChangeLog


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the command."""
    parser = commands.add_parser("features", parents=[shared], help="the 14 change metrics of every commit, as CSV")
    parser.add_argument("path", metavar="PATH", help="a clone, bare or not")
    parser.add_argument("--out", required=True, metavar="FILE", help="where to write; - is standard output")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure and write; the file appears once it is complete."""
    from koalr_server.ingest.git import read_changes

    started = time.monotonic()
    log = read_changes(Path(options.path))
    progress = Progress("commits measured")
    with output(options.out) as stream:
        for done, row in enumerate(rows(log)):
            stream.write(row)
            progress(done, log.count)
    progress.close()
    for note in notes(log):
        print(f"note: {note}", file=sys.stderr)
    if options.out != "-":
        print(f"{options.out}: {log.count:,} commits, {time.monotonic() - started:.1f} s")
    return 0


def rows(log: "ChangeLog") -> Iterator[str]:
    """The lines of the file: a header, then a commit each, oldest first; an unknown value is empty."""
    from koalr_server.risk.change_metrics import METRICS, ChangeHistory

    yield ",".join(("sha", "date", *METRICS)) + "\n"
    history = ChangeHistory()
    for sha, change in log.changes:
        values = ["" if value is None else repr(value) for value in history.measure(change)]
        yield ",".join((sha, str(change.at_secs), *values)) + "\n"
        history.record(change, sha)


def notes(log: "ChangeLog") -> list[str]:
    """What a reader of the numbers should know."""
    found = []
    if not log.count:
        found.append("HEAD has no commits: there is nothing to measure yet")
    if log.shallow:
        found.append(
            "shallow clone: what came before its cut counts as never done, and lt starts at 0 (git fetch --unshallow)"
        )
    if log.impossible_dates:
        found.append(f"{log.impossible_dates:,} dates nobody can mean were taken as 1970-01-01")
    return found
