"""Answers as bytes that another process can check before it believes them (pure).

A format byte, then compressed JSON with the question and the answer. Whoever reads takes nothing for granted: bytes of
another format or question, cut, too large or of other types are no answer.
"""

import hashlib
import json
import zlib
from collections.abc import Callable
from datetime import datetime
from types import MappingProxyType

from koalr_api.answer import Answer
from koalr_api.request import Request

FORMAT = b"\x01"
# A list of a hundred rows is some tens of kilobytes, a tenth of that compressed.
LARGEST_PACKED_BYTES = 256 * 1024
LARGEST_BODY_BYTES = 4 * 1024 * 1024
LONGEST_TEXT = 200


def question_id(request: Request) -> str:
    """A name of the question that tells nothing of it: 64 hexadecimal digits."""
    return hashlib.sha256(_text(request).encode()).hexdigest()


def pack(request: Request, answer: Answer) -> bytes | None:
    """The answer to a question as bytes; None if it is too large or too deep to be shared."""
    row = {"question": _text(request), "team": answer.scoped_team, "etag": answer.etag, "body": dict(answer.raw)}
    try:
        plain = json.dumps(row, separators=(",", ":")).encode()
    except RecursionError:  # a field nobody knows may be nested deeper than can be written again
        return None
    if len(plain) > LARGEST_BODY_BYTES:
        return None
    packed = FORMAT + zlib.compress(plain, 1)
    return packed if len(packed) <= LARGEST_PACKED_BYTES else None


def unpack(packed: object, request: Request, fetched_at: datetime, clock: Callable[[], datetime]) -> Answer | None:
    """The answer in bytes from elsewhere; None if they hold none to this question.

    Args:
        clock: tells the time its age goes by.
    """
    try:
        plain = _inflated(packed)
        row = json.loads(plain)
        if row["question"] != _text(request) or not isinstance(row["body"], dict):
            return None
        team, etag = _header(row["team"]), _header(row["etag"])
    except (ValueError, KeyError, TypeError, zlib.error, RecursionError):
        return None
    return Answer(
        raw=MappingProxyType(row["body"]),
        fetched_at=fetched_at,
        clock=clock,
        scoped_team=team,
        etag=etag,
        size_bytes=len(plain),
    )


def _text(request: Request) -> str:
    return json.dumps(request, separators=(",", ":"))


def _inflated(packed: object) -> bytes:
    if not isinstance(packed, bytes) or len(packed) > LARGEST_PACKED_BYTES or not packed.startswith(FORMAT):
        raise ValueError("not of this format")
    inflating = zlib.decompressobj()
    plain = inflating.decompress(packed[len(FORMAT) :], LARGEST_BODY_BYTES)
    if not inflating.eof or inflating.unused_data:
        raise ValueError("cut, too large, or with something behind")
    return plain


def _header(value: object) -> str | None:
    """A text that came in a header and may be sent back in one."""
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not value.isascii() or not value.isprintable():
        raise ValueError("no header can hold it")
    return value
