"""What `import coverage FILE... --repo OWNER/NAME --sha SHA` reads."""

import argparse
import hashlib
import io
import re
import sys
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from koalr_server.clock import naive_utc, wall_clock
from koalr_server.errors import InputError
from koalr_server.ingest.coverage import LARGEST_MIB, read_report
from koalr_server.ingest.files.values import CellError, value_of
from koalr_server.ingest.imported import Imported
from koalr_server.records import COVERAGE_KINDS, Field

REPORTS = "coverage_reports"
REPO, AT = Field("--repo"), Field("--at", "instant")
_SHA = re.compile(r"[0-9a-f]{7,40}", re.IGNORECASE)


def read_reports(options: argparse.Namespace) -> Imported:
    """Every report of the command line.

    Raises:
        InputError: an option is missing or wrong, or one of the files cannot be used.
    """
    if not options.repo or not options.sha:
        raise InputError("`import coverage` needs --repo OWNER/NAME and --sha SHA, the commit that was measured.")
    commit = {
        "repo": _value(REPO, options.repo),
        "sha": _sha(options.sha),
        "measuredAt": _value(AT, options.at),
        "readAt": naive_utc(wall_clock()),
    }
    rows, notes = [], []
    for file in options.file:
        name = "standard input" if file == "-" else file
        with _opened(file) as stream:
            form, coverage = read_report(stream, name)
            report = _identity(file, stream)
        counts = {"covered": coverage.covered_lines, "coverable": coverage.coverable_lines}
        rows.append(commit | counts | {"report": report})
        notes.append(f"{name} ({form}): {coverage.covered_lines:,} of {coverage.coverable_lines:,} lines covered")
    return Imported({REPORTS: pa.Table.from_pylist(rows, schema=COVERAGE_KINDS[REPORTS].schema())}, notes=notes)


def _value(field: Field, text: str | None) -> Any:  # noqa: ANN401 - typed by the field
    try:
        return value_of(field, text)
    except CellError as error:
        raise InputError(f"{field.name} {error}.") from None


def _sha(text: str) -> str:
    if not _SHA.fullmatch(text):
        raise InputError(
            f"--sha is {text[:60]!r}; it should be 7 to 40 hexadecimal digits, such as `git rev-parse HEAD` prints."
        )
    return text.lower()


def _opened(file: str) -> BinaryIO:
    if file == "-":
        return io.BytesIO(sys.stdin.buffer.read((LARGEST_MIB << 20) + 1))
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise InputError(f"Cannot read {file}: {error.strerror or error}.") from None


def _identity(file: str, stream: BinaryIO) -> str:
    """What tells the reports of a commit apart: where a file lies; of standard input its content."""
    if isinstance(stream, io.BytesIO):
        return f"- {hashlib.sha256(stream.getbuffer()).hexdigest()[:16]}"
    return str(Path(file).resolve()).encode("utf-8", "backslashreplace").decode()
