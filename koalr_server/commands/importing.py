"""`import KIND FILE...`."""

import argparse
import io
import sys
from pathlib import Path
from typing import Any, TextIO

from koalr_server.commands.progress import Progress, waiting
from koalr_server.errors import InputError
from koalr_server.ingest.copilot import read_copilot
from koalr_server.ingest.files import read_file
from koalr_server.ingest.imported import Imported
from koalr_server.records import KINDS
from koalr_server.settings import Settings
from koalr_server.store.gateway import open_access
from koalr_server.texts import printable

COPILOT = "copilot"
COVERAGE = "coverage"
IMPORTABLE = (*KINDS, COPILOT, COVERAGE)
LINE_ENDINGS = (".jsonl", ".ndjson", ".csv")
COPILOT_ENDINGS = (".json", ".jsonl", ".ndjson")
MOST_SHOWN_FAULTS = 20


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the command."""
    parser = commands.add_parser("import", parents=[shared], help="load records from a file")
    parser.add_argument("kind", metavar="KIND", help=", ".join(IMPORTABLE))
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="+",
        help=".jsonl or .csv, for copilot .json too, for coverage any reports; - is standard input, as JSON",
    )
    measured = parser.add_argument_group("coverage")
    measured.add_argument("--repo", metavar="OWNER/NAME", help="the repository that was measured")
    measured.add_argument("--sha", metavar="SHA", help="the commit that was measured, 7 to 40 hexadecimal digits")
    measured.add_argument("--at", metavar="TIME", help="when it was measured, ISO 8601 (default: now)")
    parser.add_argument("--strict", action="store_true", help="load nothing if any line is bad")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Load the good lines, name the bad ones; status 1 if any was bad."""
    if options.kind not in IMPORTABLE:
        raise InputError(f"Unknown kind {options.kind!r}; allowed: {', '.join(IMPORTABLE)}.")
    imported = _read(options)
    faults, bad = imported.faults, "bad parts" if options.kind == COPILOT else "bad lines"
    for fault in faults[:MOST_SHOWN_FAULTS]:
        print(f"error: {printable(str(fault))}", file=sys.stderr)
    if len(faults) > MOST_SHOWN_FAULTS:
        print(f"error: and {len(faults) - MOST_SHOWN_FAULTS} more {bad}", file=sys.stderr)
    if faults and options.strict:
        raise InputError(f"{len(faults)} {bad}; nothing was loaded because of --strict.")
    if imported.tables:
        with open_access(Settings.read(data_dir=options.data).store) as store, waiting("loading"):
            answer = store.call("load", {}, imported.tables)
        _report(answer, f", {len(faults)} {bad} left out" if faults else "")
    for note in imported.notes:
        print(f"note: {printable(note)}")
    return 1 if faults else 0


def _read(options: argparse.Namespace) -> Imported:
    kind: str = options.kind
    if kind == COVERAGE:
        from koalr_server.commands.coverage import read_reports

        return read_reports(options)
    if options.repo or options.sha or options.at:
        raise InputError(f"--repo, --sha and --at go with coverage; the records of {kind} say it themselves.")
    if len(options.file) > 1:
        raise InputError(f"`import {kind}` takes one file, got {len(options.file)}; import them one by one.")
    return _read_records(kind, options.file[0])


def _read_records(kind: str, file: str) -> Imported:
    progress = Progress("lines read")
    with _opened(file, COPILOT_ENDINGS if kind == COPILOT else LINE_ENDINGS) as stream:
        if kind == COPILOT:
            imported = read_copilot(stream, _name(file), progress)
        else:
            lines = read_file(kind, stream, _name(file), progress)
            imported = Imported({kind: lines.table}, lines.faults)
    progress.close()
    return imported


def _report(answer: dict[str, Any], skipped: str) -> None:
    for kind, counts in answer["counts"].items():
        print(
            f"{kind}: {counts['added']:,} added, {counts['updated']:,} updated, {counts['unchanged']:,} unchanged{skipped}"
        )
    if "deployments" in answer["counts"]:
        report_without_commit(answer["without_commit"])


def report_without_commit(deployments: list[str]) -> None:
    """Say which deployments ship no change because nobody knows their commit."""
    for text in deployments[:MOST_SHOWN_FAULTS]:
        print(f"note: {printable(text)} is no known commit; the deployment is kept and ships no change")
    if len(deployments) > MOST_SHOWN_FAULTS:
        print(f"note: and {len(deployments) - MOST_SHOWN_FAULTS} more deployments without a known commit")


def _opened(name: str, endings: tuple[str, ...]) -> TextIO:
    """Text with undecodable bytes kept as surrogates, so that they spoil their line only."""
    if name == "-":
        return io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="surrogateescape", newline="")
    path = Path(name)
    if path.suffix.lower() not in endings:
        raise InputError(f"{name}: the name should end in {endings[0]} or {endings[-1]}, which says how to read it.")
    try:
        return path.open(encoding="utf-8", errors="surrogateescape", newline="")
    except OSError as error:
        raise InputError(f"Cannot read {name}: {error.strerror or error}.") from None


def _name(name: str) -> str:
    return "standard input" if name == "-" else name
