"""JaCoCo's XML (pure)."""

from collections.abc import Mapping

from koalr_server.ingest.coverage.tally import Tally, parsed, runs


class Jacoco:
    """Lines stand below their source file, with the instructions that were missed and covered (mi, ci)."""

    name = "JaCoCo"

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        # Files of two modules may have the same package and name, so they are told apart by their place.
        self._file = 0

    def element(self, tag: str, attributes: Mapping[str, str], parent: str) -> None:  # noqa: ARG002 - an Element
        """Take the beginning of an element."""
        if tag == "sourcefile":
            self._file += 1
        elif tag == "line" and "ci" in attributes:
            self._tally.add(self._file, parsed(attributes.get("nr", ""), "nr"), runs(attributes, "ci") > 0)
