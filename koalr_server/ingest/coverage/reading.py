"""Tells by its content what a report is, and reads it."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import BinaryIO

from koalr_server.errors import InputError
from koalr_server.ingest.coverage.clover import Clover
from koalr_server.ingest.coverage.cobertura import Cobertura
from koalr_server.ingest.coverage.jacoco import Jacoco
from koalr_server.ingest.coverage.lcov import NAME as LCOV
from koalr_server.ingest.coverage.lcov import read_lcov
from koalr_server.ingest.coverage.markup import Element, read_xml
from koalr_server.ingest.coverage.tally import Coverage, ReportError, Tally

CHUNK_BYTES = 1 << 16
LARGEST_MIB = 256
LONGEST_LINE_BYTES = 1 << 20
EXPECTED = "Cobertura, JaCoCo or Clover XML, or an lcov trace file, is expected"
UTF_8_MARK = b"\xef\xbb\xbf"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# Of gzip, zip, bzip2, xz and zstd.
PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")


def read_report(stream: BinaryIO, name: str, largest_bytes: int = LARGEST_MIB << 20) -> tuple[str, Coverage]:
    """Read one report: the name of its format, and its lines.

    Args:
        name: what the file is called in messages.

    Raises:
        InputError: the format is unknown, the file is broken, too large, or has no line that tests could run.
    """
    tally = Tally()
    chunks = _chunks(stream, name, largest_bytes)
    head = next(chunks, b"")
    try:
        if head.startswith(PACKED):
            raise ReportError("the file is packed; unpack it first")
        head = _beginning(head)
        whole = chain([head], chunks)
        if head.startswith((b"<", *UTF_16_MARKS)):
            form = _read_xml(whole, tally)
        elif any(line.startswith((b"TN:", b"SF:")) for line in head.splitlines()):
            form = LCOV
            read_lcov(_lines(whole), tally)
        else:
            raise ReportError(EXPECTED)
    except ReportError as error:
        raise InputError(f"{name}: {error}.") from None
    coverage = tally.coverage()
    if not coverage.coverable_lines:
        raise InputError(f"{name}: the {form} report has no line that tests could run; check what was measured.")
    return form, coverage


def _beginning(head: bytes) -> bytes:
    """Without the mark and the blank lines that scripts leave before a document, where XML allows none."""
    return head if head.startswith(UTF_16_MARKS) else head.removeprefix(UTF_8_MARK).lstrip()


def _read_xml(chunks: Iterator[bytes], tally: Tally) -> str:
    chosen: list[Cobertura | Jacoco | Clover] = []

    def root(tag: str, attributes: Mapping[str, str]) -> Element:
        chosen.append(_format(tag, attributes)(tally))
        return chosen[0].element

    read_xml(chunks, root)
    return chosen[0].name


def _format(tag: str, attributes: Mapping[str, str]) -> type[Cobertura | Jacoco | Clover]:
    """The format that begins with this element."""
    if tag == "report":
        return Jacoco
    if tag == "coverage":
        return Clover if "generated" in attributes or "clover" in attributes else Cobertura
    raise ReportError(f"{EXPECTED}, not <{tag[:40]}>")


def _chunks(stream: BinaryIO, name: str, largest_bytes: int) -> Iterator[bytes]:
    size = 0
    while chunk := stream.read(CHUNK_BYTES):
        size += len(chunk)
        if size > largest_bytes:
            raise InputError(
                f"{name} is larger than {largest_bytes >> 20} MiB; import the reports of its parts instead."
            )
        yield chunk


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
        if len(rest) > LONGEST_LINE_BYTES:
            raise ReportError("a line is longer than 1 MiB")
    if rest:
        yield rest
