"""Finds the elements of a document and tells by its fields what each is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from koalr_server.errors import InputError
from koalr_server.ingest.copilot.bodies import Body
from koalr_server.ingest.copilot.elements import organisation_of
from koalr_server.ingest.files.values import CellError

ElementShape = Literal["seat", "user_day", "report_day", "retired_day"]

# Lists of pages of elements are the deepest that GitHub's tools write.
DEEPEST = 3
USAGE = {"totals_by_feature", "code_generation_activity_count", "user_initiated_interaction_count"}
EXPECTED = "a day of a report, a person's day, a day of the retired list, or a seat"


@dataclass(frozen=True, slots=True)
class Element:
    """One element: what it is and where it stands. `shape` None with a `fault`: it cannot be used, and why."""

    place: str
    body: Body
    shape: ElementShape | None = None
    organisation: str = ""
    fault: str = ""


def elements(value: Any, place: str, depth: int = 0, organisation: str = "") -> Iterator[Element]:  # noqa: ANN401 - any JSON
    """Every element of a JSON value, the envelopes around them taken off.

    Args:
        place: where the value stands; elements within get `[3]` or `.seats[3]` added.
        organisation: whose report the value is part of, if it does not say itself.

    Raises:
        InputError: the file holds links to reports instead of reports.
    """
    if isinstance(value, list):
        if depth == DEEPEST:
            yield Element(place, {}, fault="lists within lists within lists are none of Copilot's reports")
            return
        for index, item in enumerate(value):
            yield from elements(item, f"{place}[{index}]", depth + 1, organisation)
    elif not isinstance(value, dict):
        yield Element(place, {}, fault=f"should be an object, got {type(value).__name__}")
    elif "download_links" in value:
        raise InputError(
            f"{place} holds links to a Copilot report, not the report: download what download_links names and import those files."
        )
    else:
        yield from _of_object(value, place, depth, organisation)


def _of_object(body: Body, place: str, depth: int, organisation: str) -> Iterator[Element]:
    try:
        named = organisation_of(body)
    except CellError as error:
        yield Element(place, body, fault=str(error))
        return
    organisation = organisation if named is None else named
    envelope = next((name for name in ("day_totals", "seats") if isinstance(body.get(name), list)), None)
    if envelope:
        yield from elements(body[envelope], f"{place}.{envelope}", depth, organisation)
        return
    shape = _shape(body)
    fault = "" if shape else f"should be {EXPECTED}; it has {_names(body)}"
    yield Element(place, body, shape, organisation, fault)


def _shape(body: Body) -> ElementShape | None:
    fields = body.keys()
    if "assignee" in fields:
        return "seat"
    if "user_login" in fields:
        return "user_day" if fields & USAGE else None
    # Reports of repositories and teams have days as well; they are parts of what the day totals count.
    part = any(name.startswith(("repo", "team")) for name in fields)
    if "day" in fields and (fields & USAGE or "daily_active_users" in fields) and not part:
        return "report_day"
    if "date" in fields and ("copilot_ide_code_completions" in fields or "total_active_users" in fields):
        return "retired_day"
    return None


def _names(body: Body) -> str:
    names = ", ".join(sorted(body))
    return (names if len(names) <= 80 else names[:77] + "...") if names else "no fields"
