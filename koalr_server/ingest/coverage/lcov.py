"""lcov's trace files (pure)."""

from collections.abc import Iterable

from koalr_server.ingest.coverage.tally import ReportError, Tally, count, parsed

NAME = "lcov"
END = b"end_of_record"


def read_lcov(lines: Iterable[bytes], tally: Tally) -> None:
    """Take every `DA:line,count` of the records `SF:file` to `end_of_record`. A file may have a record per test.

    Raises:
        ReportError: a line cannot be read, or the last record does not end; the text names the line.
    """
    file: bytes | None = None
    number = 0
    for number, line in enumerate(lines, start=1):
        if line.startswith(b"SF:"):
            file = line[3:].strip()
        elif line.startswith(b"DA:"):
            _take(line, file, tally, number)
        elif line.startswith(END):
            file = None
    if file is not None:
        raise ReportError(f"line {number}: the file ends within a record")


def _take(line: bytes, file: bytes | None, tally: Tally, number: int) -> None:
    if file is None:
        raise ReportError(f"line {number}: DA stands outside a record")
    cells = line[3:].decode("utf-8", "replace").split(",")
    try:
        tally.add(file, parsed(cells[0], "DA"), count(cells[1] if len(cells) > 1 else "", "the count of DA") > 0)
    except ReportError as error:
        raise ReportError(f"line {number}: {error}") from None
