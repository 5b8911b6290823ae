"""A random organisation's use of Copilot: seats that come and go, days that several sources cover, gaps and oddities."""

from datetime import datetime, timedelta

from tests.oracle.chance import FIRST_DAY, LAST_DAY, Chance
from tests.oracle.rows import Organisation, Row, wire

PEOPLE = ("ann", "Bo", "cleo", "dev", "Eve", "fay", "gus")
TEAMS = ("Platform", "Growth", "Ghosts")


def random_copilot(seed: int) -> Organisation:
    """One organisation per seed; ask at chance.NOWS. Some have no users report, no day totals, or no seats."""
    chance = Chance(seed)
    return {
        "teams": [
            {"name": name, "id": f"t-{index}" if chance.maybe(0.5) else None} for index, name in enumerate(TEAMS)
        ],
        "members": [{"team": name, "login": login.lower()} for name in TEAMS[:2] for login in chance.some(PEOPLE, 4)],
        "copilot_seats": _seats(chance) if chance.maybe(0.85) else [],
        "copilot_user_days": _user_days(chance) if chance.maybe(0.7) else [],
        "copilot_days": _days(chance) if chance.maybe(0.8) else [],
    }


def _seats(chance: Chance) -> list[Row]:
    active_until = chance.pick((FIRST_DAY + timedelta(days=80), LAST_DAY))
    rows = []
    for login in chance.some(PEOPLE, 7):
        for _ in range(chance.pick((1, 1, 2))):
            activity = min(chance.moment(), active_until) if chance.maybe(0.7) else None
            ends = _midnight(chance.moment()) if chance.maybe(0.4) else None
            rows.append(
                {
                    "login": login if chance.maybe(0.5) else login.upper(),
                    "createdAt": wire(chance.moment() - timedelta(days=chance.between(0, 60))),
                    "endsOn": wire(ends),
                    "lastActivityAt": wire(activity),
                    "team": chance.pick((*TEAMS, "t-0", "elsewhere")) if chance.maybe(0.5) else None,
                }
            )
    return rows


def _user_days(chance: Chance) -> list[Row]:
    covered = chance.pick((1.0, 0.3))
    return [
        {"login": login, "day": wire(day), **_counts(chance)}
        for day in _midnights()
        if chance.maybe(covered)
        for login in chance.some(PEOPLE, 4)
    ]


def _days(chance: Chance) -> list[Row]:
    rows = []
    for source, organisation in (("report", ""), ("report", "1"), ("report", "2"), ("retired", "")):
        covered = chance.pick((0.0, 0.2, 0.6))
        rows += [
            {
                "source": source,
                "organisation": organisation,
                "day": wire(day),
                "activeUsers": chance.between(0, 6) if chance.maybe(0.8) else None,
                **_counts(chance),
            }
            for day in _midnights()
            if chance.maybe(covered)
        ]
    return rows


def _counts(chance: Chance) -> Row:
    """Now and then unknown in part or whole, and more accepted than suggested."""
    suggested = chance.between(0, 40)
    accepted = chance.between(0, suggested) if chance.maybe(0.85) else suggested + 3
    counts = {"suggested": suggested, "accepted": accepted, "linesAccepted": chance.between(0, 90)}
    if chance.maybe(0.2):
        return dict.fromkeys(counts)
    return {name: count if chance.maybe(0.93) else None for name, count in counts.items()}


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0)


def _midnights() -> list[datetime]:
    return [FIRST_DAY + timedelta(days=step) for step in range((LAST_DAY - FIRST_DAY).days)]
