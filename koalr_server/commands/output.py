"""A file that a command writes: there as a whole, or as it was before."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from koalr_server.errors import InputError


@contextmanager
def output(name: str) -> Iterator[TextIO]:
    """UTF-8 text to write to; - is standard output. The file is replaced when the block ends without an error.

    Raises:
        InputError: the file cannot be written.
    """
    if name == "-":
        yield sys.stdout
        return
    # A link stays one, and what it points to is replaced.
    target = Path(name).resolve()
    if target.exists() and not target.is_file():
        raise InputError(f"{name} is not a regular file; name another one, or - for standard output.")
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        stream = draft.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise _unwritable(name, error) from None
    try:
        with stream:
            yield stream
        draft.replace(target)
    except OSError as error:
        raise _unwritable(name, error) from None
    finally:
        draft.unlink(missing_ok=True)


def _unwritable(name: str, error: OSError) -> InputError:
    return InputError(f"Cannot write {name}: {error.strerror or error}; name a file in a folder you may write to.")
