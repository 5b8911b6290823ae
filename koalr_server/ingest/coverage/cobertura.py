"""Cobertura's XML, as coverage.py, gcovr, coverlet and others write it too (pure)."""

from collections.abc import Mapping

from koalr_server.ingest.coverage.tally import Tally, parsed, runs


class Cobertura:
    """Lines stand below their class, and once more below its methods; classes of one file name the same file.

    Istanbul's methods have lines that its classes lack and that it does not count, so those of the class hold.
    """

    name = "Cobertura"

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._file = ""
        self._in_method = False

    def element(self, tag: str, attributes: Mapping[str, str], parent: str) -> None:
        """Take the beginning of an element."""
        if tag == "class":
            self._file = attributes.get("filename") or attributes.get("name", "")
        elif tag == "lines":
            self._in_method = parent == "method"
        elif tag == "line" and "hits" in attributes:
            line, run = parsed(attributes.get("number", ""), "number"), runs(attributes, "hits") > 0
            self._tally.add(self._file, line, run, of_part=self._in_method)
