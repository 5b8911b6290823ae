"""The stations of a pull request, counted back from its merge in working time."""

from dataclasses import dataclass
from datetime import datetime

from koalr_server.sample.simulation.dice import Dice, Quantiles
from koalr_server.sample.simulation.office import moment_at, worked_secs
from koalr_server.sample.simulation.profiles import Profile

# Working hours; a working day has 8.5.
CODING: Quantiles = ((0, 0.2), (0.25, 1.2), (0.5, 4), (0.75, 11), (0.9, 26), (0.98, 60), (1, 110))
RESPONSE: Quantiles = ((0, 0.05), (0.25, 0.3), (0.5, 0.9), (0.75, 2.4), (0.9, 5), (1, 14))
ROUNDS: Quantiles = ((0, 0.2), (0.5, 2.5), (0.8, 7), (0.95, 16), (1, 34))
WAITING: Quantiles = ((0, 0.02), (0.5, 0.5), (0.8, 2), (1, 9))
APPROVED_AT_ONCE = 0.45
QUICK: Quantiles = ((0, 0.1), (0.5, 0.4), (1, 1.5))
OPENED_AS_DRAFT = 0.15


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours of a pull request by phase; `response` is None for one that nobody reviews."""

    coding: float
    response: float | None
    rounds: float
    waiting: float


@dataclass(frozen=True, slots=True)
class Phases:
    """When a pull request passed each station, in this order. No review: first_review_at and approved_at are None."""

    started_at: datetime
    opened_at: datetime
    ready_at: datetime
    first_review_at: datetime | None
    approved_at: datetime | None
    merged_at: datetime

    def active(self) -> list[tuple[datetime, datetime]]:
        """When somebody worked on it: not while it waited for a first review or, approved, for its merge."""
        if self.first_review_at is None or self.approved_at is None:
            return [(self.started_at, self.merged_at)]
        return [(self.started_at, self.ready_at), (self.first_review_at, self.approved_at)]


def draw_hours(profile: Profile, moment: datetime, dice: Dice) -> Hours:
    """An ordinary pull request of a team, merged at that moment."""
    reviewed = not dice.chance(profile.unreviewed_share)
    return Hours(
        coding=dice.along(CODING) * profile.coding.at(moment),
        response=dice.along(RESPONSE) * profile.response.at(moment) if reviewed else None,
        rounds=0.0 if dice.chance(APPROVED_AT_ONCE) else dice.along(ROUNDS) * profile.rounds.at(moment),
        waiting=dice.along(WAITING),
    )


def draw_quick_hours(dice: Dice) -> Hours:
    """A repair in a hurry; every third is merged without a review."""
    response = None if dice.chance(0.33) else dice.along(QUICK) / 2
    return Hours(coding=dice.along(QUICK), response=response, rounds=0.0, waiting=dice.along(QUICK) / 8)


def back_from(merged_at: datetime, hours: Hours, dice: Dice) -> Phases:
    """Phases of a pull request whose merge is given."""
    end = worked_secs(merged_at)
    approved, reviewed, ready = _stations(end, hours)
    started = ready - round(hours.coding * 3600)
    opened = ready - int(dice.fraction() * (ready - started)) if dice.chance(OPENED_AS_DRAFT) else ready
    return Phases(
        moment_at(started),
        moment_at(opened),
        moment_at(ready),
        None if hours.response is None else moment_at(reviewed),
        None if hours.response is None else moment_at(approved),
        merged_at,
    )


def between(started_at: datetime, merged_at: datetime, hours: Hours) -> Phases:
    """Phases of a pull request whose first commit and merge are given; if they leave too little time, in proportion."""
    end = worked_secs(merged_at)
    approved, reviewed, ready = _stations(end, hours)
    whole = end - ready + round(hours.coding * 3600)
    if worked_secs(started_at) <= ready:
        times = [max(started_at, moment_at(worked)) for worked in (ready, reviewed, approved)]
    else:
        span = (merged_at - started_at) / whole
        times = [merged_at - (end - worked) * span for worked in (ready, reviewed, approved)]
        times = [max(started_at, moment.replace(microsecond=0)) for moment in times]
    if hours.response is None:
        return Phases(started_at, times[0], times[0], None, None, merged_at)
    return Phases(started_at, times[0], times[0], times[1], times[2], merged_at)


def _stations(end: int, hours: Hours) -> tuple[int, int, int]:
    """Working seconds at approval, first review and ready."""
    approved = end - round(hours.waiting * 3600)
    reviewed = approved - round(hours.rounds * 3600)
    return approved, reviewed, reviewed - round((hours.response or 0.0) * 3600)
