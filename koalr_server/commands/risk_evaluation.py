"""`risk evaluate FILE`: risk models judged on changes whose outcome is known."""

import argparse
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from koalr_server.errors import InputError

GZIP_MAGIC = b"\x1f\x8b"
PIECE_BYTES = 1 << 20


def add_to(actions: Any, _shared: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the action. It reads no store, so it takes no data folder."""
    parser = actions.add_parser("evaluate", help="the shipped model, one fitted here and lines added alone, as JSON")
    parser.add_argument(
        "file", metavar="FILE.csv[.gz]", help="a row per commit: date, bug (0 or 1) and the 14 change metrics"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Fit on the first 70 % in the order of time, judge on the last 30 %, print the figures."""
    # numpy takes a while to import, and only this action needs it.
    from koalr_server.ingest.labelled_changes import read_labelled_changes
    from koalr_server.risk.comparison import compare
    from koalr_server.risk.documents import default_model

    path = Path(options.file)
    with _opened(path) as stream:
        changes = read_labelled_changes(stream, str(path))
    try:
        found = compare(changes, default_model())
    except ValueError as error:
        raise InputError(f"{path} cannot be evaluated: {error}.") from None
    print(json.dumps({"file": path.name, **found}, indent=2))
    return 0


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """The file as text, unpacked if it is gzip whatever its name.

    Raises:
        InputError: it cannot be read, unpacked or decoded, also later while reading.
    """
    try:
        with path.open("rb") as file:
            packed = file.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC)
            content = gzip.GzipFile(fileobj=file) if packed else file
            try:
                yield io.TextIOWrapper(content, encoding="utf-8", newline="")
            except (InputError, UnicodeDecodeError):
                # Damage inside reads like a fault of the text; the sum at the end tells which it is.
                while packed and content.read(PIECE_BYTES):
                    pass
                raise
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError(f"{path} is a damaged or incomplete gzip file; copy it again.") from None
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is no text in UTF-8; a CSV file is needed.") from None
