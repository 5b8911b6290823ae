"""Copilot seats and daily use of the simulated people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from koalr_server.sample.quarter import ENDS_AT
from koalr_server.sample.simulation.dice import Dice, Quantiles
from koalr_server.sample.simulation.office import working_days
from koalr_server.sample.simulation.profiles import Profile

Row = dict[str, Any]
USED_FROM = date(2024, 12, 2)
SEATS_FROM = datetime(2024, 11, 4, 9)  # noqa: DTZ001 - the store keeps naive UTC
SUGGESTED: Quantiles = ((0, 3), (0.25, 22), (0.5, 48), (0.8, 105), (0.97, 240), (1, 420))
# How eager one person is compared with the team: some hardly ever use it.
EAGERNESS: Quantiles = ((0, 0.1), (0.2, 0.6), (0.5, 1), (1, 1.6))
LINES_PER_ACCEPTED: Quantiles = ((0, 1), (0.5, 1.6), (1, 3))
NEVER_USED = 0.12
# An unused seat is sometimes given back at the end of the quarter.
GIVEN_BACK = 0.3


@dataclass(frozen=True, slots=True)
class CopilotUse:
    """Rows of copilot_seats and copilot_user_days."""

    seats: list[Row]
    user_days: list[Row]


def copilot_use(profile: Profile, logins: Sequence[str], team: str | None, dice: Dice) -> CopilotUse:
    """Seats and days of some people of a team; `team` is written on the seats of people who are members of none."""
    seats, user_days = [], []
    for login in logins:
        days = [] if dice.chance(NEVER_USED) else _days(profile, login, dice)
        active = [day for day in days if day["suggested"]]
        last_activity_at = active[-1]["day"] + timedelta(hours=9, minutes=dice.whole(30, 480)) if active else None
        seats.append(
            {
                "login": login,
                "createdAt": SEATS_FROM + timedelta(days=dice.whole(0, 27), minutes=dice.whole(0, 420)),
                "endsOn": ENDS_AT - timedelta(days=1) if not active and dice.chance(GIVEN_BACK) else None,
                "lastActivityAt": last_activity_at,
                "team": team,
            }
        )
        user_days += days
    return CopilotUse(seats, user_days)


def _days(profile: Profile, login: str, dice: Dice) -> list[Row]:
    eagerness, taste = dice.along(EAGERNESS), 0.7 + 0.6 * dice.fraction()
    found = []
    for day in working_days(USED_FROM, (ENDS_AT - timedelta(days=1)).date()):
        midnight = datetime.combine(day, time())
        if not dice.chance(min(0.97, profile.copilot_share.at(midnight) * eagerness)):
            continue
        suggested = int(dice.along(SUGGESTED))
        accepted = int(suggested * profile.copilot_acceptance * taste * (0.7 + 0.6 * dice.fraction()))
        lines = int(accepted * dice.along(LINES_PER_ACCEPTED))
        found.append(
            {"login": login, "day": midnight, "suggested": suggested, "accepted": accepted, "linesAccepted": lines}
        )
    return found
