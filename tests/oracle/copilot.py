"""GitHub Copilot: adoption, acceptance, hours saved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from tests.oracle.answers import answer
from tests.oracle.belonging import Team, scope_of
from tests.oracle.numbers import ratio, written
from tests.oracle.people import same_person
from tests.oracle.rows import Organisation, Row, instant, required_instant
from tests.oracle.windows import Window

MINUTES_PER_LINE = 0.2
FAR = datetime(9999, 1, 1)
Counts = tuple[int | None, int | None, int | None]
"""Suggested, accepted, accepted lines; None where nobody says."""


@dataclass
class Seat:
    """What all rows of one person come to."""

    login: str
    rows: list[Row]

    @property
    def teams(self) -> list[str]:
        """The team of the row that lasts longest, the earliest of those first."""
        named = [row for row in self.rows if row.get("team")]
        named.sort(key=lambda row: required_instant(row["createdAt"]))
        named.sort(key=lambda row: instant(row.get("endsOn")) or FAR, reverse=True)
        return [row["team"] for row in named[:1]]

    def is_held_in(self, window: Window) -> bool:
        """Created by its end and not over by its start."""
        created = min(required_instant(row["createdAt"]) for row in self.rows)
        ends = [instant(row.get("endsOn")) for row in self.rows]
        return created <= window.until and any(end is None or end > window.after for end in ends)

    @property
    def last_activity_at(self) -> datetime | None:
        return max((at for at in (instant(row.get("lastActivityAt")) for row in self.rows) if at), default=None)


def copilot(
    org: Organisation,
    now: datetime | str,
    days: int,
    team: str | list[str] | None = None,
    minutes_per_line: float = MINUTES_PER_LINE,
) -> Row:
    """The answer of /copilot."""
    moment = required_instant(now)
    wanted = scope_of(org, team).wanted
    everyone = read_seats(org)
    seats = [seat for seat in everyone if _belongs(seat.login, everyone, wanted)]
    user_days = [row for row in org.get("copilot_user_days", []) if _belongs(row["login"], everyone, wanted)]
    totals = org.get("copilot_days", []) if wanted is None else []

    def measure(window: Window) -> tuple[Row, int]:
        held = [seat for seat in seats if seat.is_held_in(window)]
        people = _distinct(row["login"] for row in user_days if window.holds(instant(row["day"])))
        source, active, using = None, 0, 0
        busiest = [
            row["activeUsers"] for row in totals if window.holds(instant(row["day"])) and row["activeUsers"] is not None
        ]
        if any(window.holds(instant(row["day"])) for row in org.get("copilot_user_days", [])):
            source, active = "users", len(people)
            using = sum(any(same_person(seat.login, person) for person in people) for seat in held)
        elif window.until == moment and _is_seen(everyone, window):
            active = using = sum(window.holds(seat.last_activity_at) for seat in held)
            source = "seats"
        elif busiest:
            source, active, using = "days", max(busiest), min(max(busiest), len(held))
        counts = [_day(day, totals, user_days) for day in _days_of(window)]
        rated = [(s, a) for s, a, _ in counts if s is not None and a is not None and a <= s]
        lines = [count for _, _, count in counts if count is not None]
        minutes = sum(lines) * Fraction(str(minutes_per_line)) if lines else None
        fields = {
            "adoptionRate": written(ratio(using, len(held))) if source else None,
            "acceptanceRate": written(ratio(sum(a for _, a in rated), sum(s for s, _ in rated))),
            "estimatedHoursSaved": written(minutes / 60 if minutes is not None else None),
            "hoursSaved": {
                "formula": "acceptedLines × minutesPerLine ÷ 60",
                "minutesPerLine": minutes_per_line,
                "acceptedLines": sum(lines) if lines else None,
            },
            "seats": len(held),
            "activePeople": active if source else None,
            "activeFrom": source,
        }
        return fields, active

    return answer(measure, moment, days)


def read_seats(org: Organisation) -> list[Seat]:
    """One seat per person."""
    seats: list[Seat] = []
    for row in org.get("copilot_seats", []):
        mine = [seat for seat in seats if same_person(seat.login, row["login"])]
        if mine:
            mine[0].rows.append(row)
        else:
            seats.append(Seat(row["login"], [row]))
    return seats


def _belongs(login: str, seats: list[Seat], wanted: list[Team] | None) -> bool:
    if wanted is None:
        return True
    named = [name for seat in seats if same_person(seat.login, login) for name in seat.teams]
    return any(
        any(same_person(member, login) for member in team.members) or any(team.is_called(name) for name in named)
        for team in wanted
    )


def _distinct(logins: Iterable[str]) -> list[str]:
    people: list[str] = []
    for login in logins:
        if not any(same_person(login, person) for person in people):
            people.append(login)
    return people


def _is_seen(seats: list[Seat], window: Window) -> bool:
    """Seats can tell who was active only if the newest use they know of lies in the window, neither before nor after it."""
    known = [seat.last_activity_at for seat in seats if seat.last_activity_at]
    return bool(known) and window.holds(max(known))


def _days_of(window: Window) -> list[datetime]:
    first = window.after.replace(hour=0, minute=0, second=0)
    midnights = [first + timedelta(days=step) for step in range(window.days + 2)]
    return [midnight for midnight in midnights if window.holds(midnight)]


def _day(day: datetime, totals: list[Row], user_days: list[Row]) -> Counts:
    """The counts of one day from the first source that says anything."""
    today = [row for row in totals if instant(row["day"]) == day]
    reports = [row for row in today if row["source"] == "report"]
    retired = [row for row in today if row["source"] == "retired"]
    sources = (
        [row for row in reports if not row["organisation"]],
        [row for row in reports if row["organisation"]],
        [row for row in user_days if instant(row["day"]) == day],
        [row for row in retired if not row["organisation"]],
        [row for row in retired if row["organisation"]],
    )
    for rows in sources:
        telling = [
            row for row in rows if any(row[name] is not None for name in ("suggested", "accepted", "linesAccepted"))
        ]
        if telling:
            return _sum(telling)
    return None, None, None


def _sum(rows: list[Row]) -> Counts:
    pairs = [(row["suggested"], row["accepted"]) for row in rows if None not in (row["suggested"], row["accepted"])]
    lines = [row["linesAccepted"] for row in rows if row["linesAccepted"] is not None]
    if not pairs:
        return None, None, sum(lines) if lines else None
    return sum(s for s, _ in pairs), sum(a for _, a in pairs), sum(lines) if lines else None
