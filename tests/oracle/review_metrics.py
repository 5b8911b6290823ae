"""First response time, review cycle time, reviewed pull requests."""

from datetime import datetime
from fractions import Fraction

from tests.oracle.answers import answer
from tests.oracle.belonging import scope_of
from tests.oracle.changes import pull_is_bot
from tests.oracle.numbers import HOUR, mean, per, seconds_between, written
from tests.oracle.reviewing import Review, human_reviews, last_approval_by, ready_at
from tests.oracle.rows import Organisation, Row, instant, required_instant
from tests.oracle.windows import Window

Reviewed = tuple[Row, list[Review]]


def review_metrics(org: Organisation, now: datetime | str, days: int, team: str | list[str] | None = None) -> Row:
    """The answer of /review-metrics: both times in hours, the count of pull requests first reviewed."""
    moment = required_instant(now)
    scope = scope_of(org, team)
    reviewed: list[Reviewed] = [
        (pull, reviews)
        for pull in org.get("pull_requests", [])
        if not pull_is_bot(pull) and scope.has_work_of(pull.get("author"), pull["repo"])
        if (reviews := human_reviews(org, pull, moment))
    ]

    def measure(window: Window) -> tuple[Row, int]:
        within = [one for one in reviewed if window.holds(_first(one))]
        responses = [response for one in within if (response := _response_secs(one)) is not None]
        cycles = [cycle for one in within if (cycle := _review_cycle_secs(one, moment)) is not None]
        fields = {
            "avgReviewCycleTime": written(per(mean(cycles), HOUR)),
            "avgFirstResponseTime": written(per(mean(responses), HOUR)),
            "totalReviewed": len(within),
        }
        return fields, len(within)

    return answer(measure, moment, days)


def _first(one: Reviewed) -> datetime:
    return one[1][0].submitted_at


def _response_secs(one: Reviewed) -> Fraction | None:
    ready = ready_at(one[0])
    return None if ready is None else seconds_between(ready, _first(one))


def _review_cycle_secs(one: Reviewed, now: datetime) -> Fraction | None:
    """First review to the last approval before the merge, else to the merge; None unless merged after the review."""
    pull, reviews = one
    merged_at = instant(pull.get("mergedAt"))
    if merged_at is None or merged_at > now or merged_at < _first(one):
        return None
    return seconds_between(_first(one), last_approval_by(reviews, merged_at) or merged_at)
