"""`risk features PATH --out FILE`."""

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from koalr_server.commands.output import output
from koalr_server.commands.progress import Progress

if TYPE_CHECKING:
    from koalr_server.ingest.git import ChangeLog
    from koalr_server.risk.change_metrics import ChangeMetrics


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the command."""
    parser = commands.add_parser("features", parents=[shared], help="the 14 change metrics of every commit, as CSV")
    parser.add_argument("path", metavar="PATH", help="a clone, bare or not")
    parser.add_argument("--out", required=True, metavar="FILE", help="where to write; - is standard output")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure and write; the file appears once it is complete."""
    from koalr_server.ingest.git import read_changes
    from koalr_server.risk.change_metrics import METRICS, ChangeHistory

    started = time.monotonic()
    log = read_changes(Path(options.path))
    history = ChangeHistory()
    progress = Progress("commits measured")
    uncounted = 0
    with output(options.out) as stream:
        stream.write(",".join(("sha", "date", *METRICS)) + "\n")
        for done, (sha, change) in enumerate(log.changes, start=1):
            stream.write(row(sha, change.at_secs, history.measure(change)))
            history.record(change, sha)
            uncounted += not change.lines_known
            progress(done, log.count)
    progress.close()
    for note in notes(log, uncounted):
        print(f"note: {note}", file=sys.stderr)
    if options.out != "-":
        print(f"{options.out}: {log.count:,} commits, {time.monotonic() - started:.1f} s")
    return 0


def row(sha: str, committed_secs: int, metrics: "ChangeMetrics") -> str:
    """A line of the file: whole numbers as such, others with all their digits, unknown ones empty."""
    values = ("" if value is None else repr(value) for value in metrics)
    return ",".join((sha, str(committed_secs), *values)) + "\n"


def notes(log: "ChangeLog", uncounted: int) -> list[str]:
    """What a reader of the numbers should know."""
    found = []
    if not log.count:
        found.append("HEAD has no commits: there is nothing to measure yet")
    if log.shallow:
        found.append(
            "shallow clone: what came before its cut counts as never done, and lt starts at 0 (git fetch --unshallow)"
        )
    if uncounted:
        found.append(
            f"{uncounted:,} commits touch contents that this clone lacks: their entropy, la and ld, and lt of their files "
            "from then on, are empty"
        )
    if log.impossible_dates:
        found.append(f"{log.impossible_dates:,} dates nobody can mean were taken as 1970-01-01")
    return found
