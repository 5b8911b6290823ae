"""Clover's XML, as PHPUnit and Istanbul write it too (pure)."""

from collections.abc import Mapping

from koalr_server.ingest.coverage.tally import Tally, parsed, runs

RUNNABLE = ("stmt", "cond")
COUNTERS = ("count", "truecount", "falsecount")


class Clover:
    """Lines stand below their file. Declarations of methods are not counted, nor is the code of tests (testproject)."""

    name = "Clover"

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._file = 0
        self._tested = True

    def element(self, tag: str, attributes: Mapping[str, str], parent: str) -> None:  # noqa: ARG002 - an Element
        """Take the beginning of an element."""
        if tag in ("project", "testproject"):
            self._tested = tag == "project"
        elif tag == "file":
            self._file += 1
        elif tag == "line" and self._tested and attributes.get("type") in RUNNABLE:
            run = any(runs(attributes, counter) > 0 for counter in COUNTERS)
            self._tally.add(self._file, parsed(attributes.get("num", ""), "num"), run)
