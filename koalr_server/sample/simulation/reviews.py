"""Who reviewed a pull request, when, and with what result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from koalr_server.sample.quarter import ENDS_AT
from koalr_server.sample.simulation.dice import Dice
from koalr_server.sample.simulation.office import moment_at, worked_secs
from koalr_server.sample.simulation.phases import Phases

SECOND_REVIEWER = 0.35
NEVER_APPROVED = 0.06


@dataclass(frozen=True, slots=True)
class Review:
    """One review; `state` as in the import format."""

    reviewer: str
    state: str
    submitted_at: datetime


def reviews(phases: Phases, author: str | None, people: Sequence[str], dice: Dice) -> list[Review]:
    """The reviews a pull request had by ENDS_AT, earliest first, by people of the team other than its author."""
    others = [login for login in people if login != author]
    if phases.first_review_at is None or phases.approved_at is None:
        return []
    reviewer = dice.pick(others)
    result = "commented" if dice.chance(NEVER_APPROVED) else "approved"
    found = [Review(reviewer, result, phases.approved_at)]
    if phases.first_review_at < phases.approved_at:
        asked = "changes_requested" if dice.chance(0.7) else "commented"
        found.append(Review(reviewer, asked, phases.first_review_at))
    if dice.chance(SECOND_REVIEWER):
        second = dice.pick([login for login in others if login != reviewer])
        moment = _later(phases.first_review_at, phases.approved_at, dice)
        found.append(Review(second, "approved" if dice.chance(0.5) else "commented", moment))
    return sorted((one for one in found if one.submitted_at <= ENDS_AT), key=lambda one: one.submitted_at)


def _later(first: datetime, last: datetime, dice: Dice) -> datetime:
    """A moment in the office between two; the second itself if no working time lies between."""
    start, end = worked_secs(first), worked_secs(last)
    moment = moment_at(start + int(dice.fraction() * (end - start)))
    return moment if first < moment < last else last
