"""Cobertura's XML, as coverage.py, gcovr, coverlet and others write it too (pure)."""

from collections.abc import Mapping

from koalr_server.ingest.coverage.tally import Tally, parsed, whole_number


class Cobertura:
    """Lines stand below their class, and once more below its methods; classes of one file name the same file."""

    name = "Cobertura"

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._file = ""

    def element(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take the beginning of an element."""
        if tag == "class":
            self._file = attributes.get("filename") or attributes.get("name", "")
        elif tag == "line" and "hits" in attributes:
            self._tally.add(
                self._file, parsed(attributes.get("number", ""), "number"), whole_number(attributes, "hits") > 0
            )
