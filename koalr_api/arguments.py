"""Arguments of calls, checked before anything is sent."""

from typing import TypeVar

from koalr_api.errors import InvalidArgumentError

LONGEST_WINDOW_DAYS = 1095
LARGEST_PAGE_SIZE = 100
MOST_ITEMS = 10_000
Parameters = dict[str, str | int]
Number = TypeVar("Number", int, float)


def window(days: int, team_id: str | None = None) -> Parameters:
    """The parameters of a rolling window of days, of one team or of all."""
    return {"days": within("days", days, 1, LONGEST_WINDOW_DAYS), **team(team_id)}


def team(team_id: str | None) -> Parameters:
    """The parameter that names a team; none for all."""
    return {} if team_id is None else {"teamId": named("team_id", team_id)}


def paged(page: int, page_size: int) -> Parameters:
    """The parameters that choose a page."""
    return {"page": within("page", page, 1, None), "pageSize": within("page_size", page_size, 1, LARGEST_PAGE_SIZE)}


def not_negative(name: str, value: Number, allowed: str = "0 or more") -> Number:
    """A number from 0.

    Raises:
        InvalidArgumentError: it is below, or not a number.
    """
    if not value >= 0:
        raise InvalidArgumentError(f"{name} must be {allowed}, got {value!r}")
    return value


def named(name: str, value: str) -> str:
    """A text that is not empty.

    Raises:
        InvalidArgumentError: it is.
    """
    if not isinstance(value, str) or not value.strip():
        raise InvalidArgumentError(f"{name} must be a text with at least one letter, got {value!r}")
    return value


def within(name: str, value: int, lowest: int, highest: int | None) -> int:
    """A whole number in its range, both ends included.

    Raises:
        InvalidArgumentError: it is none, or outside.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < lowest or (highest and value > highest):
        allowed = f"between {lowest} and {highest}" if highest else f"{lowest} or more"
        raise InvalidArgumentError(f"{name} must be {allowed}, got {value!r}")
    return value
