"""Idea to commit, commit to merge, merge to deployment."""

from datetime import datetime
from fractions import Fraction

from tests.oracle.answers import answer
from tests.oracle.belonging import scope_of
from tests.oracle.changes import Change
from tests.oracle.deployments import Deployment
from tests.oracle.numbers import DAY, median, per, seconds_between, written
from tests.oracle.rows import Organisation, Row, required_instant
from tests.oracle.shipping import read_shipments
from tests.oracle.windows import Window

Shipped = tuple[Change, Deployment]


def value_stream(org: Organisation, now: datetime | str, days: int, team: str | list[str] | None = None) -> Row:
    """The answer of /value-stream, all in days. The total is the sum of the parts as shown."""
    moment = required_instant(now)
    scope = scope_of(org, team)
    created = {row["key"]: required_instant(row["createdAt"]) for row in org.get("work_items", [])}
    shipped: list[Shipped] = [
        (change, shipment.deployment)
        for shipment in read_shipments(org, moment)
        for change in shipment.changes
        if not change.is_bot and scope.has_work_of(change.author, change.repo)
    ]

    def measure(window: Window) -> tuple[Row, int]:
        within = [one for one in shipped if window.holds(one[1].finished_at)]
        parts = {
            "ideaToCommit": _median_days([_idea_secs(change, created) for change, _ in within]),
            "commitToMerge": _median_days([_merge_secs(change) for change, _ in within]),
            "mergeToDeploy": _median_days(
                [seconds_between(change.merged_at, deployment.finished_at) for change, deployment in within]
            ),
        }
        known = [part for part in parts.values() if part is not None]
        return {**parts, "totalLeadTime": round(sum(known), 6) if known else None}, len(within)

    return answer(measure, moment, days)


def _median_days(secs: list[Fraction | None]) -> float | None:
    return written(per(median([one for one in secs if one is not None]), DAY))


def _idea_secs(change: Change, created: dict[str, datetime]) -> Fraction | None:
    if change.work_item not in created or change.first_commit_at is None:
        return None
    return seconds_between(created[change.work_item], change.first_commit_at)


def _merge_secs(change: Change) -> Fraction | None:
    return None if change.cycle_start_at is None else seconds_between(change.cycle_start_at, change.merged_at)
