"""`import KIND FILE`."""

import argparse
import io
import sys
from pathlib import Path
from typing import Any, TextIO

from koalr_server.commands.progress import Progress, waiting
from koalr_server.errors import InputError
from koalr_server.ingest.files import read_file
from koalr_server.records import KINDS
from koalr_server.settings import Settings
from koalr_server.store.gateway import open_access

MOST_SHOWN_FAULTS = 20


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the command."""
    parser = commands.add_parser("import", parents=[shared], help="load records from a file")
    parser.add_argument("kind", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("file", metavar="FILE", help=".jsonl or .csv; - is standard input, as JSON lines")
    parser.add_argument("--strict", action="store_true", help="load nothing if any line is bad")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Load the good lines, name the bad ones; status 1 if any was bad."""
    progress = Progress("lines read")
    with _opened(options.file) as stream:
        imported = read_file(options.kind, stream, _name(options.file), progress)
    progress.close()
    for fault in imported.faults[:MOST_SHOWN_FAULTS]:
        print(f"error: {fault}", file=sys.stderr)
    if len(imported.faults) > MOST_SHOWN_FAULTS:
        print(f"error: and {len(imported.faults) - MOST_SHOWN_FAULTS} more bad lines", file=sys.stderr)
    if imported.faults and options.strict:
        raise InputError(f"{len(imported.faults)} bad lines; nothing was loaded because of --strict.")
    with open_access(Settings.read(data_dir=options.data).data_dir) as store, waiting("loading"):
        answer = store.call("load", {}, {options.kind: imported.table})
    counts = answer["counts"][options.kind]
    skipped = f", {len(imported.faults)} bad lines left out" if imported.faults else ""
    print(
        f"{options.kind}: {counts['added']:,} added, {counts['updated']:,} updated, {counts['unchanged']:,} unchanged{skipped}"
    )
    if options.kind == "deployments":
        report_without_commit(answer["without_commit"])
    return 1 if imported.faults else 0


def report_without_commit(deployments: list[str]) -> None:
    """Say which deployments ship no change because nobody knows their commit."""
    for text in deployments[:MOST_SHOWN_FAULTS]:
        print(f"note: {text} is no known commit; the deployment is kept and ships no change")
    if len(deployments) > MOST_SHOWN_FAULTS:
        print(f"note: and {len(deployments) - MOST_SHOWN_FAULTS} more deployments without a known commit")


def _opened(name: str) -> TextIO:
    """Text with undecodable bytes kept as surrogates, so that they spoil their line only."""
    if name == "-":
        return io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="surrogateescape", newline="")
    path = Path(name)
    if path.suffix.lower() not in (".jsonl", ".ndjson", ".csv"):
        raise InputError(f"{name}: the name should end in .jsonl or .csv, which says how to read it.")
    try:
        return path.open(encoding="utf-8", errors="surrogateescape", newline="")
    except OSError as error:
        raise InputError(f"Cannot read {name}: {error.strerror or error}.") from None


def _name(name: str) -> str:
    return "standard input" if name == "-" else name
