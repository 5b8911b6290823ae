"""Deployment frequency, lead time for changes, change failure rate, time to restore service, tier."""

from datetime import datetime
from fractions import Fraction

from tests.oracle.answers import answer
from tests.oracle.belonging import Scope, scope_of
from tests.oracle.changes import read_changes
from tests.oracle.failures import failed_at
from tests.oracle.incidents import Incident, read_incidents
from tests.oracle.numbers import DAY, HOUR, MINUTE, mean, median, per, ratio, seconds_between, written
from tests.oracle.reverts import read_reverts
from tests.oracle.rows import Organisation, Row, required_instant
from tests.oracle.shipping import Shipment, lead_secs, read_shipments
from tests.oracle.windows import Window

TIERS = ("low", "medium", "high", "elite")
"""Worst to best."""


def dora(org: Organisation, now: datetime | str, days: int, team: str | list[str] | None = None) -> Row:
    """The answer of /metrics/dora: frequency per day, lead time in hours, failure rate 0-1, restore in minutes."""
    moment = required_instant(now)
    scope = scope_of(org, team)
    shipments = read_shipments(org, moment)
    reverts = read_reverts(read_changes(org, moment))
    incidents = read_incidents(org, shipments, moment)
    deployed = [one for one in shipments if scope.has_repo(one.deployment.repo)]
    failures = {
        one.deployment: when
        for one in deployed
        if (when := failed_at(one, shipments, incidents, reverts)) is not None and when <= moment
    }

    def measure(window: Window) -> tuple[Row, int]:
        within = [one for one in deployed if window.holds(one.deployment.finished_at)]
        ever = any(one.deployment.finished_at <= window.until for one in deployed)
        frequency = ratio(len(within), window.days) if ever else None
        lead = per(_lead_time_secs(shipments, scope, window), HOUR)
        failed = ratio(sum(one.deployment in failures for one in within), len(within))
        restore = per(_restore_secs(incidents, scope, window), MINUTE)
        fields = {
            "deployFrequency": written(frequency),
            "leadTime": written(lead),
            "changeFailureRate": written(failed),
            "mttr": written(restore),
            "tier": tier(frequency, lead, failed, restore),
        }
        return fields, len(within)

    return answer(measure, moment, days)


def _lead_time_secs(shipments: list[Shipment], scope: Scope, window: Window) -> Fraction | None:
    leads = [
        lead_secs(change, shipment.deployment)
        for shipment in shipments
        if window.holds(shipment.deployment.finished_at)
        for change in shipment.changes
        if not change.is_bot and scope.has_work_of(change.author, change.repo)
    ]
    return median([lead for lead in leads if lead is not None])


def _restore_secs(incidents: list[Incident], scope: Scope, window: Window) -> Fraction | None:
    return mean(
        [
            seconds_between(incident.started_at, incident.resolved_at)
            for incident in incidents
            if incident.resolved_at is not None and window.holds(incident.resolved_at) and scope.has_repo(incident.repo)
        ]
    )


def tier(
    frequency: Fraction | None, lead_hours: Fraction | None, failure: Fraction | None, restore_minutes: Fraction | None
) -> str | None:
    """The middle of the tiers that have data, the worse of two middle ones; None without any."""
    ranks = sorted(
        rank
        for rank in (
            _rank_at_least(frequency, [Fraction(1), Fraction(1, 7), Fraction(1, 30)]),
            _rank_below(lead_hours, [Fraction(24), Fraction(168), Fraction(720)]),
            _rank_at_most(failure, [Fraction(5, 100), Fraction(10, 100), Fraction(15, 100)]),
            _rank_below(per(restore_minutes, 1), [Fraction(60), Fraction(DAY, 60), Fraction(7 * DAY, 60)]),
        )
        if rank is not None
    )
    return TIERS[ranks[(len(ranks) - 1) // 2]] if ranks else None


def _rank_at_least(value: Fraction | None, bounds: list[Fraction]) -> int | None:
    """How many of the bounds, given best first, are met: 3 is elite."""
    return None if value is None else sum(value >= bound for bound in bounds)


def _rank_below(value: Fraction | None, bounds: list[Fraction]) -> int | None:
    return None if value is None else sum(value < bound for bound in bounds)


def _rank_at_most(value: Fraction | None, bounds: list[Fraction]) -> int | None:
    return None if value is None else sum(value <= bound for bound in bounds)
