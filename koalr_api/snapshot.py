"""The answers in memory, kept in a file so that a restart has something to show at once, with its true age.

One line of JSON says what follows and how to check it; then come the answers as JSON. The file holds no key, and is only
read if it is whole, of this version, of this key and address, and of this user. Anything else is as if there were none.
"""

import hashlib
import json
import logging
import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from koalr_api.answer import Answer
from koalr_api.request import Request

FORMAT = "koalr-answers"
VERSION = 1
LARGEST_FILE_BYTES = 64 * 1024 * 1024
# Writing costs milliseconds; losing so many seconds of answers costs a few requests.
PAUSE_SECS = 5.0
# An answer from the future was fetched before the clock was set back. How old it is nobody knows: old enough to be waited for.
UNKNOWN_AGE_SECS = 3600.0

Kept = tuple[Request, Answer]
log = logging.getLogger("koalr_api")


@dataclass(slots=True, eq=False, repr=False)
class Snapshot:
    """A file of answers.

    Args:
        fingerprint: of address and key, as transport.Transport has it.
    """

    path: Path
    fingerprint: str
    _saved_changes: int = 0
    _saved_at: float = float("-inf")
    _complained: set[str] = field(default_factory=set)

    def due(self, changes: int, now: float) -> bool:
        """Whether there is something new and the last writing is long enough ago; then it counts as written."""
        if now < self._saved_at + PAUSE_SECS or not self.unsaved(changes):
            return False
        self._saved_at = now
        return True

    def unsaved(self, changes: int) -> bool:
        """Whether there is something new; then it counts as written."""
        before, self._saved_changes = self._saved_changes, changes
        return changes != before

    def save(self, kept: Iterable[Kept]) -> None:
        """Write the file anew: whole or not at all, readable by this user alone. A failure is logged once."""
        try:
            body = json.dumps([_to_json(request, answer) for request, answer in kept], separators=(",", ":")).encode()
            content = self._heading(body) + body
            if len(content) > LARGEST_FILE_BYTES:
                raise ValueError("too large")
            self._replace(content)
        except (OSError, ValueError, RecursionError) as error:
            self._complain(f"cannot be written ({type(error).__name__})")

    def load(
        self, now: datetime, steady: Callable[[datetime], Callable[[], datetime]]
    ) -> Iterator[tuple[Request, Answer, float]]:
        """What the file holds: request, answer, age in seconds.

        Args:
            steady: makes the clock an answer's age goes by, given what the time is now.
        """
        for row in self._rows():
            try:
                request, answer, age_secs = _from_json(row, now, steady)
            except (KeyError, TypeError, ValueError, OverflowError):
                self._complain("holds an entry that does not fit")
                continue
            yield request, answer, age_secs

    def _heading(self, body: bytes) -> bytes:
        told = {
            "format": FORMAT,
            "version": VERSION,
            "key": self.fingerprint,
            "bytes": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        return json.dumps(told).encode() + b"\n"

    def _replace(self, content: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Made with mode 0600.
        descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise

    def _rows(self) -> list[Any]:
        try:
            content = _own_file(self.path)
        except FileNotFoundError:
            return []
        except OSError as error:
            self._complain(f"cannot be read ({error})")
            return []
        heading, _, body = content.partition(b"\n")
        if heading + b"\n" != self._heading(body):
            self._complain("is not whole, of another version, or of another key")
            return []
        rows = json.loads(body)
        return rows if isinstance(rows, list) else []

    def _complain(self, what: str) -> None:
        if what not in self._complained:
            self._complained.add(what)
            log.warning("The kept answers in %s are not used: the file %s.", self.path, what)


def _own_file(path: Path) -> bytes:
    """Contents of a plain file of this user's that nobody else can write.

    Raises:
        OSError: it is none, or too large.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or (hasattr(os, "getuid") and found.st_uid != os.getuid()):
            raise OSError("not a file of this user")
        if found.st_mode & 0o022:
            raise OSError("others may write it")
        if found.st_size > LARGEST_FILE_BYTES:
            raise OSError("too large")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(LARGEST_FILE_BYTES + 1)
    finally:
        os.close(descriptor)


def _to_json(request: Request, answer: Answer) -> dict[str, Any]:
    return {
        "method": request.method,
        "path": request.path,
        "params": request.params,
        "json": request.json,
        "fetchedAt": answer.fetched_at.timestamp(),
        "team": answer.scoped_team,
        "etag": answer.etag,
        "bytes": answer.size_bytes,
        "body": dict(answer.raw),
    }


def _from_json(
    row: Any,  # noqa: ANN401 - JSON
    now: datetime,
    steady: Callable[[datetime], Callable[[], datetime]],
) -> tuple[Request, Answer, float]:
    params, sent = (tuple((str(name), value) for name, value in row[part]) for part in ("params", "json"))
    age_secs = (now - datetime.fromtimestamp(row["fetchedAt"], UTC)).total_seconds()
    if age_secs < 0:
        age_secs = UNKNOWN_AGE_SECS
    answer = Answer(
        raw=MappingProxyType(dict(row["body"])),
        fetched_at=now - timedelta(seconds=age_secs),
        clock=steady(now),
        scoped_team=row["team"],
        etag=row["etag"],
        size_bytes=int(row["bytes"]),
    )
    return Request(row["method"], row["path"], params, sent), answer, age_secs
