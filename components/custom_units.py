"""Units that somebody named, and how values in them are shown (pure; names are untrusted text)."""

from collections.abc import Mapping

from components.format import Unit, duration_unit

SYMBOLS: Mapping[str, str] = {
    "seconds": "s",
    "minutes": "min",
    "hours": "h",
    "days": "d",
    "weeks": "weeks",
    "percent": "%",
    "ratio": "",
}
RATES: Mapping[str, str] = {" per day": "/day", " per week": "/week"}
LONGEST_SYMBOL = 14
# As durations elsewhere.
HOURS_READ_AS_DAYS = 72
# From here on a decimal says nothing.
LARGE = 1000


def unit_of(name: str, values: list[float | None]) -> Unit:
    """How values in a unit are shown, all alike: in that unit, with the decimals the values ask for.

    Hours that are days read as days.
    """
    known = [value for value in values if value is not None]
    if name == "hours" and known and min(map(abs, known)) >= HOURS_READ_AS_DAYS:
        return duration_unit(max(map(abs, known)))
    return Unit(symbol(name), 1.0, _decimals(name, known))


def symbol(name: str) -> str:
    """ "h" for hours, "/week" for reviews per week; else the name, cut where it is long."""
    known = SYMBOLS.get(name)
    if known is not None:
        return known
    rate = next((short for ending, short in RATES.items() if name.endswith(ending)), None)
    return rate or (name if len(name) <= LONGEST_SYMBOL else name[: LONGEST_SYMBOL - 1] + "…")


def _decimals(name: str, values: list[float]) -> int:
    if all(value == int(value) for value in values) and name not in ("percent", "ratio"):
        return 0
    if name == "ratio":
        return 2
    largest = max((abs(value) for value in values), default=0.0)
    if name == "percent":
        return 1 if largest < 9.95 else 0
    return 0 if largest >= LARGE else 1
