"""Reads XML without ever loading a DTD or expanding an entity (pure)."""

from collections.abc import Callable, Iterable, Mapping
from typing import NoReturn
from xml.parsers import expat

from koalr_server.ingest.coverage.tally import ReportError

LONGEST_PART_BYTES = 1 << 20

Element = Callable[[str, Mapping[str, str], str], None]
"""Takes the name of an element, its attributes, and the name of the element it stands in."""


def read_xml(chunks: Iterable[bytes], root: Callable[[str, Mapping[str, str]], Element]) -> None:
    """Hand the beginning of every element below the first one, as it comes, to what `root` answers for that.

    A document may name a DTD, which is not fetched. One that declares an entity is refused.

    Raises:
        ReportError: the XML is broken, breaks off, or declares an entity; the text names the line.
    """
    parser = expat.ParserCreate()
    opened: list[str] = []

    def first(tag: str, attributes: Mapping[str, str]) -> None:
        element = root(tag, attributes)

        def begin(tag: str, attributes: Mapping[str, str]) -> None:
            element(tag, attributes, opened[-1])
            opened.append(tag)

        opened.append(tag)
        parser.StartElementHandler = begin

    parser.StartElementHandler = first
    parser.EndElementHandler = lambda _tag: opened.pop()
    parser.EntityDeclHandler = _refused
    try:
        fed = 0
        for chunk in chunks:
            parser.Parse(chunk, False)
            fed += len(chunk)
            # The parser begins an unfinished part anew with every chunk, which takes quadratic time.
            if fed - parser.CurrentByteIndex > LONGEST_PART_BYTES:
                raise ReportError("a tag or comment is longer than 1 MiB")
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        reason = expat.errors.messages[error.code]
        raise ReportError(f"line {error.lineno}: the XML is broken or breaks off ({reason})") from None
    except ReportError as error:
        raise ReportError(f"line {parser.CurrentLineNumber}: {error}") from None
    except (LookupError, ValueError):  # an encoding that Python does not know, or cannot read byte by byte
        raise ReportError("the encoding that the document names cannot be read; UTF-8 can") from None


def _refused(*_declaration: object) -> NoReturn:
    raise ReportError("the document declares an entity, which no coverage report needs")
