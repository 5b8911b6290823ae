"""Single JSON values as Python values, and what is said of one that does not fit (pure)."""

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

LONGEST_SHOWN = 60
# Nothing the API counts is larger, and no column of a table holds more.
LARGEST_INTEGER = 2**63 - 1
# JSON can escape half of a surrogate pair, which nothing that writes UTF-8 can pass on.
_SURROGATE = re.compile("[\ud800-\udfff]")


class Misfit(Exception):
    """A value that does not fit; the path to it grows on the way out.

    Attributes:
        path: such as data[3].mergedAt.
        problem: such as "is missing".
    """

    def __init__(self, problem: str, path: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = path

    @classmethod
    def of(cls, wanted: str, got: Any) -> "Misfit":  # noqa: ANN401 - JSON
        """Another type than `wanted`."""
        try:
            shown = json.dumps(got, ensure_ascii=False, default=str)
        except RecursionError:  # what could be read may be too deep to be written again
            shown = f"a {type(got).__name__} in many others"
        return cls(f"should be {wanted}, got {shown[:LONGEST_SHOWN]}{'…' * (len(shown) > LONGEST_SHOWN)}")

    def inside(self, place: str) -> "Misfit":
        """The same, seen from one level further out."""
        between = "." if self.path and not self.path.startswith("[") else ""
        return Misfit(self.problem, f"{place}{between}{self.path}")


def _number(value: Any) -> float:  # noqa: ANN401 - JSON
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _integer(value: Any) -> int:  # noqa: ANN401 - JSON
    if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, float) and value.is_integer())):
        raise TypeError
    if abs(value) > LARGEST_INTEGER:
        raise ValueError
    return int(value)


def _text(value: Any) -> str:  # noqa: ANN401 - JSON
    if not isinstance(value, str):
        raise TypeError
    return _SURROGATE.sub("\ufffd", value)


def _boolean(value: Any) -> bool:  # noqa: ANN401 - JSON
    if not isinstance(value, bool):
        raise TypeError
    return value


def _instant(value: Any) -> datetime:  # noqa: ANN401 - JSON
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError
    # What lies in no year of UTC could be neither compared nor shown.
    moment.astimezone(UTC)
    return moment


def _date(value: Any) -> date:  # noqa: ANN401 - JSON
    return date.fromisoformat(_text(value))


SCALARS: dict[Any, tuple[str, Callable[[Any], Any]]] = {
    float: ("a number", _number),
    int: ("an integer", _integer),
    str: ("text", _text),
    bool: ("true or false", _boolean),
    datetime: ("an ISO 8601 time with a zone", _instant),
    date: ("a date", _date),
}
